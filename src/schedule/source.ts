import type { GateGroup, MemberMetric } from '../supernet/types.js'
import { append } from './columns.js'
import type { LambdaRow } from './table.js'
import { baseRow } from './turns.js'
import type { Schedule, Segment } from './types.js'

/** What a layer's choices are expected to cost. */
export interface LayerCost {
  readonly layer: string
  /** As the gates stand: of a choice each member times its share; of units as many as count. */
  readonly expected: number
  /** With the cheapest members that a legal architecture may keep. */
  readonly least: number
}

/** What the derived network is expected to cost: `fixed` and all layers. */
export interface ExpectedCosts {
  /** What no choice can take away. */
  readonly fixed: number
  readonly layers: readonly LayerCost[]
  /** What the average member costs at the beginning: the unit in which terms count costs. */
  readonly unit: number
}

/** A change of the λ of a column. */
export interface Move {
  readonly column: number
  readonly by: number
}

/** The search one step ahead, with a given λ. */
export interface LookAhead {
  /** The task loss on a batch of `arch`. */
  readonly loss: number
  /** The share of the supernet's cost that is open: 1 where all members count alike, then what is left of it. */
  readonly cost: number
  /** How both answer to each move, for each unit of λ. */
  readonly slopes: readonly { readonly loss: number; readonly cost: number }[]
}

/** What a source of λ may look at before it says the λ of an iteration. Nothing of it changes the search. */
export interface Observed {
  /** Every group's mixture weights now, by group and member. Costs a read from the device. */
  gateValues(): Record<string, Record<string, number>>
  readonly supernet: { readonly groups: readonly GateGroup[] }
  /**
   * The task loss with one member of a group alone in its place, on each of some batches, the same ones for every member;
   * undefined without rows. Costs a pass for each.
   */
  alone(group: string, member: string): readonly number[] | undefined
  /** λ of this iteration as the schedule says it, its turns given to the choices that took them: see `turns.ts`. */
  turned(row: LambdaRow): LambdaRow
  /** What the layers with gates are expected to cost now. Costs a read from the device for each. */
  costs(metric: MemberMetric): ExpectedCosts
  /**
   * Takes iteration t's step with a λ, on its batch, and takes it back. Moves are of columns on gates. Costs two
   * passes, and a step of the gates of a layer for each move. Undefined where no gate would move.
   */
  lookAhead(row: LambdaRow, metric: MemberMetric, moves: readonly Move[]): LookAhead | undefined
}

/**
 * Where a search takes λ from. It is asked once for each iteration, in order, and has no other effect on the
 * search than its answer. What an answer depends on beside t and what it observed is its state, plain JSON,
 * which goes into checkpoints.
 */
export interface ScheduleSource {
  /** λ of iteration t, for the columns of the schedule that the search was given. */
  at(t: number, observed: Observed): LambdaRow
  state?(): unknown
  restore?(state: unknown): void
}

/** The source that says what the schedule says. */
export const scheduleSource = (schedule: Schedule): ScheduleSource => ({
  at: (t, observed) => baseRow(schedule, t, observed),
})

/** Keeps the λ that a search used, iteration by iteration. */
export interface LambdaRecord {
  /** The schedule with the λ that was used so far in place of what it said; it grows. */
  readonly used: Schedule
  add(t: number, row: LambdaRow): void
  /** All that was added, as from, to, λ in turn: by `task`, `reconstruction` or the column's index; what never had a value is left out. */
  arrays(): Map<string, Float64Array>
  restore(arrays: ReadonlyMap<string, Float64Array>): void
}

/** An empty record for a schedule's columns. */
export function lambdaRecord(schedule: Schedule): LambdaRecord {
  const task: Segment[] = []
  const reconstruction: Segment[] = []
  const columns: Segment[][] = schedule.columns.map(() => [])
  const lists = new Map([
    ['task', task],
    ['reconstruction', reconstruction],
    ...columns.map((list, i): [string, Segment[]] => [String(i), list]),
  ])
  return {
    used: {
      ...schedule,
      losses: { task, reconstruction },
      columns: schedule.columns.map((column, i) => ({ ...column, segments: columns[i]! })),
    },
    add(t, row) {
      append(task, t, t + 1, row.task)
      append(reconstruction, t, t + 1, row.reconstruction)
      row.columns.forEach((value, i) => {
        if (!Number.isNaN(value)) append(columns[i]!, t, t + 1, value)
      })
    },
    arrays: () =>
      new Map([...lists].flatMap(([name, list]) => (list.length > 0 ? [[name, flattened(list)]] : []))),
    restore(arrays) {
      for (const [name, list] of lists) {
        const flat = arrays.get(name) ?? new Float64Array(0)
        list.length = 0
        for (let i = 0; i < flat.length; i += 3)
          list.push({ from: flat[i]!, to: flat[i + 1]!, value: flat[i + 2]! })
      }
    },
  }
}

const flattened = (segments: readonly Segment[]): Float64Array =>
  Float64Array.from(segments.flatMap(({ from, to, value }) => [from, to, value]))
