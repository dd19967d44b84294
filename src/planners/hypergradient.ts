import { Type } from '@sinclair/typebox'
import { oneOf } from '../config/schema-parts.js'
import type { LambdaMove } from '../schedule/observed.js'
import type { ScheduleSource } from '../schedule/source.js'
import type { LambdaRow } from '../schedule/table.js'
import { baseRow } from '../schedule/turns.js'
import type { Segment } from '../schedule/types.js'
import type { MemberMetric } from '../supernet/types.js'
import { decides, feelsCost, firstMove, pressureOn } from './common.js'
import { planner, type PlannerContext } from './types.js'

interface Options {
  readonly every: number
  readonly rate: number
  readonly price: number
  readonly cost: MemberMetric
}

/** The current log factor of a column, and Adam's averages of its slope. */
interface Dial {
  shift: number
  first: number
  second: number
}

interface State {
  looks: number
  dials: Record<string, Dial>
  /** The initial λ of terms that the base leaves out, by column. */
  starts: Record<string, number>
}

/** A λ stays within this factor of the base's, in both directions. */
const range = 32
/** The initial λ of a pressure; for a price, the initial share of the layer's cost. */
const start = 0.1
const [beta1, beta2] = [0.5, 0.9]

/**
 * Changes λ such that the search would be better one step ahead. Every `every` iterations it looks ahead and
 * updates the λ of each term on the gates of each layer by
 *
 *     log λ ← log λ − rate · Adam(d(E_arch + price · cost)/dλ)
 *
 * where `cost` is the open share of the supernet's cost. This is a hypergradient of one step (Luketina et
 * al., arXiv:1511.06727). On the error alone, λ on gates would vanish, because sparsity hardly ever pays
 * within one step. Between looks, λ follows the base in time, multiplied by the factor reached so far; a term
 * that the base leaves out starts with a small λ.
 */
export const hypergradient = planner<Options>({
  name: 'hypergradient',
  description: 'λ of each term on gates by its effect one step ahead, on error and price of cost',
  options: Type.Object({
    every: Type.Integer({ minimum: 1, default: 20, description: 'iterations between looks ahead' }),
    rate: Type.Number({ exclusiveMinimum: 0, default: 0.2, description: 'what a look may change log λ by' }),
    price: Type.Number({
      minimum: 0,
      default: 1,
      description: 'what the whole supernet’s cost is worth, in units of the task loss',
    }),
    cost: oneOf(['parameters', 'flops', 'latency'], {
      default: 'parameters',
      description: 'what is counted',
    }),
  }),
  needsArch: true,
  levers: ({ options, relaxation }) => [options.cost, pressureOn(relaxation)],
  source,
})

function source({ schedule, supernet, relaxation, options }: PlannerContext<Options>): ScheduleSource {
  const { every, rate, price, cost } = options
  const from = firstMove(schedule)
  const state: State = { looks: 0, dials: {}, starts: {} }
  const peaks = schedule.columns.map(({ segments }) => peakOf(segments))
  const turned = schedule.columns.flatMap(({ part, term, layer }, i) => {
    // Columns without an effect need no dial.
    if (part !== 'gates' || (term === cost && !feelsCost(supernet, layer))) return []
    return peaks[i]! > 0 || term === cost || term === pressureOn(relaxation) ? [i] : []
  })
  const dial = (column: number): Dial => (state.dials[column] ??= { shift: 0, first: 0, second: 0 })

  /** The base's row, with each column multiplied by its current factor. */
  const turn = (row: LambdaRow): LambdaRow => {
    const columns = row.columns.slice()
    for (const i of turned) {
      const factor = Math.exp(state.dials[i]?.shift ?? 0)
      const unsaid = peaks[i] === 0 ? (state.starts[i] ?? 0) : 0
      columns[i] = (columns[i]! + unsaid) * factor
    }
    return { ...row, columns }
  }

  const adjust = (column: number, slope: number): void => {
    const columnDial = dial(column)
    columnDial.first = beta1 * columnDial.first + (1 - beta1) * slope
    columnDial.second = beta2 * columnDial.second + (1 - beta2) * slope * slope
    const mean = columnDial.first / (1 - beta1 ** state.looks)
    const size = Math.sqrt(columnDial.second / (1 - beta2 ** state.looks))
    const limit = Math.log(range)
    const shift = columnDial.shift - (size > 0 ? (rate * mean) / size : 0)
    columnDial.shift = Math.min(limit, Math.max(-limit, shift))
  }

  return {
    at(t, observed) {
      const row = baseRow(schedule, t, observed)
      if (!decides(schedule, t)) return row
      if (Object.keys(state.starts).length === 0) {
        const { layers, unit } = observed.costs(cost)
        const costs = new Map(layers.map(({ layer, expected }) => [layer, expected]))
        for (const i of turned) {
          const { term, layer } = schedule.columns[i]!
          const of = term === cost ? unit / Math.max(costs.get(layer) ?? 0, unit) : 1
          state.starts[i] = start * of
        }
      }
      if ((t - from) % every !== 0) return turn(row)
      const now = turn(row)
      const moves = turned.flatMap((column): LambdaMove[] => {
        const lambda = now.columns[column]!
        return Number.isNaN(lambda) ? [] : [{ column, by: Math.max(lambda, state.starts[column]!) / 4 }]
      })
      const ahead = observed.lookAhead(now, cost, moves)
      if (!ahead) return now
      state.looks += 1
      moves.forEach(({ column }, i) => {
        const { loss, cost: ofCost } = ahead.slopes[i]!
        adjust(column, loss + price * ofCost)
      })
      return turn(row)
    },
    state: () => state,
    restore: (saved) => Object.assign(state, structuredClone(saved)),
  }
}

const peakOf = (segments: readonly Segment[]): number =>
  segments.reduce((most, { value }) => Math.max(most, value), 0)
