import { Type } from '@sinclair/typebox'
import { gateColumns } from '../schedule/levers.js'
import type { ExpectedCosts, LayerCost } from '../schedule/observed.js'
import type { ScheduleSource } from '../schedule/source.js'
import { baseRow } from '../schedule/turns.js'
import type { MemberMetric } from '../supernet/types.js'
import { decides, feelsCost, firstMove, pressureOn } from './common.js'
import { planner, type PlannerContext } from './types.js'

interface Options {
  readonly every: number
  readonly rate: number
  readonly settle: number
}

interface State {
  /** The expected cost of each layer when gates began to move. */
  first: Record<string, number> | null
  /** The cost of the average member, which is the unit of a price. */
  unit: number
  /** μ_k by layer. */
  multipliers: Record<string, number>
  /** The mean of μ_k over all looks by layer, and the number of looks. */
  means: Record<string, number>
  looks: number
  /** u_k by layer. */
  forces: Record<string, number>
  /** The remaining share of the base's pressure on units, by layer. */
  eased: Record<string, number>
}

/** Changes below this share of a layer's cost are noise: it is the square of the gates' initial noise. */
const least = 1e-4
/** The bounds of the multipliers, which would diverge in a layer that cannot follow its path. */
const [lowest, highest] = [-1, 10]

/** The log-odds of what is removed, z = log((1 − x) / x), for a remaining share x. */
const gone = (x: number): number => Math.log(Math.max(1 - x, least) / Math.max(x, least))

/**
 * Steers each layer to its share of the budget. x_k is the layer's expected cost relative to its cost at the
 * beginning, z_k = log((1 − x_k) / x_k), and z_k*(t) is the path to its target. Every `every` iterations
 *
 *     gap_k = z_k*(t) − z_k,   μ_k ← μ_k + rate / 20 · gap_k,   u_k = μ_k + rate · gap_k
 *
 * and u_k times the layer's cost is added to the objective. This is the method of multipliers on the
 * constraints (Bertsekas, *Constrained Optimization and Lagrange Multiplier Methods*, 1982, §2). Under a
 * pressure λ, the spread of a layer's unit gates grows by a factor e^{ηλ} per step, so that it acts evenly on
 * z; the path of units is a straight line in z, that of choices a straight line in cost.
 *
 * The price acts on choices by its gradient. The cost of units does not depend on which of them stay, so that
 * u_k acts on them as pressure, the convex substitute for their number. If a layer of units falls below its
 * path, the base's own pressure on it is reduced.
 */
export const controller = planner<Options>({
  name: 'controller',
  description: 'multipliers per layer on expected cost, so that each comes to its share of a budget',
  options: Type.Object({
    every: Type.Integer({ minimum: 1, default: 5, description: 'iterations between looks at the gates' }),
    rate: Type.Number({
      exclusiveMinimum: 0,
      default: 1,
      description: 'λ for a gap of 1 in log-odds of cost',
    }),
    settle: Type.Number({
      exclusiveMinimum: 0,
      maximum: 1,
      default: 0.8,
      description: 'share of the time in which gates move after which the budget is to be met',
    }),
  }),
  fault({ budget }) {
    if (!budget)
      return 'schedule.budget: the controller needs one; add "budget": { "metric": "parameters", "share": 0.3 }'
    if (budget.value === undefined && budget.share === undefined)
      return 'schedule.budget: the controller steers to a limit; give value or share beside tolerance'
    if (budget.metric === 'depth')
      return `schedule.budget.metric: the controller counts parameters, flops or latency, got ${budget.metric}`
    return undefined
  },
  lesson: (_, state) => Object.values((state as State).means),
  levers: ({ budget, relaxation }) => [budget!.metric, pressureOn(relaxation)],
  source,
})

function source({
  schedule,
  supernet,
  relaxation,
  options,
  lessons,
}: PlannerContext<Options>): ScheduleSource {
  const { rate, settle, every } = options
  const { metric, limit } = schedule.budget as { metric: MemberMetric; limit: number }
  const state: State = { first: null, unit: 1, multipliers: {}, means: {}, looks: 0, forces: {}, eased: {} }
  const from = firstMove(schedule)
  const groupsOf = (layer: string) => supernet.groups.filter((group) => group.layer === layer)
  const hasUnits = (layer: string) => groupsOf(layer).some(({ kind }) => kind === 'units')

  /** The multipliers of a past search on similar data, by layer from input to output. */
  const learned = (lessons[0]?.found ?? []) as readonly number[]
  const begin = (place: number, count: number): number =>
    learned[Math.round((place / Math.max(1, count - 1)) * (learned.length - 1))] ?? 0

  /** The value of z that a layer should have now, on its way to a share of its first cost. */
  const path = (layer: string, target: number, time: number): number =>
    hasUnits(layer) ? gone(1) + (gone(target) - gone(1)) * time : gone(1 + (target - 1) * time)

  const look = (t: number, costs: ExpectedCosts): void => {
    const first = (state.first ??= Object.fromEntries(
      costs.layers.map(({ layer, expected }) => [layer, expected]),
    ))
    state.unit = costs.unit
    const time = Math.min(1, (t - from) / Math.max(1, settle * (schedule.prune.until - from)))
    state.looks += 1
    const layers = Object.keys(first)
    for (const [layer, target] of targets(costs, first, limit)) {
      const now = costs.layers.find((each) => each.layer === layer)!.expected
      const gap = path(layer, target / first[layer]!, time) - gone(now / first[layer]!)
      const before = state.multipliers[layer] ?? begin(layers.indexOf(layer), layers.length)
      const multiplier = Math.min(highest, Math.max(lowest, before + (rate / 20) * gap))
      state.multipliers[layer] = multiplier
      const mean = state.means[layer] ?? 0
      state.means[layer] = mean + (multiplier - mean) / state.looks
      state.forces[layer] = state.multipliers[layer] + rate * gap
      state.eased[layer] = Math.min(1, Math.max(0, 1 + gap))
    }
  }

  return {
    at(t, observed) {
      const row = baseRow(schedule, t, observed)
      if (!decides(schedule, t)) return row
      if ((t - from) % every === 0) look(t, observed.costs(metric))
      const columns = row.columns.slice()
      const raise = (term: string, layer: string, by: number, eased = 1) => {
        for (const i of gateColumns(schedule.columns, term, layer))
          columns[i] = Math.max(0, columns[i]! * eased + by)
      }
      for (const [layer, force] of Object.entries(state.forces)) {
        // A force of 1 is a price of 1 on the mean cost of a group.
        if (feelsCost(supernet, layer))
          raise(metric, layer, (force * state.unit * groupsOf(layer).length) / state.first![layer]!)
        if (hasUnits(layer)) raise(pressureOn(relaxation), layer, force, state.eased[layer])
      }
      return { ...row, columns }
    },
    state: () => state,
    restore: (saved) => Object.assign(state, structuredClone(saved)),
  }
}

/**
 * The cost targets of all layers that cost anything, such that they and the fixed cost add up to `goal`. Each
 * layer gets the same share of its first cost, but at least its cheapest. Found by bisection.
 */
export function targets(
  { fixed, layers }: ExpectedCosts,
  first: Readonly<Record<string, number>>,
  goal: number,
): Map<string, number> {
  const open = layers.filter(({ layer }) => (first[layer] ?? 0) > 0)
  const at = (share: number) => open.map(({ layer, least }) => Math.max(least, share * first[layer]!))
  const sum = (values: readonly number[]) => values.reduce((all, each) => all + each, fixed)
  let [low, high] = [0, 1]
  for (let round = 0; round < 40; round++) {
    const middle = (low + high) / 2
    if (sum(at(middle)) > goal) high = middle
    else low = middle
  }
  const values = at(low)
  return new Map(open.map(({ layer }: LayerCost, i) => [layer, values[i]!]))
}
