import { expected } from '../base/errors.js'
import { append } from './columns.js'
import type { Observed } from './observed.js'
import type { LambdaRow } from './table.js'
import { baseRow } from './turns.js'
import type { Schedule, Segment } from './types.js'

/**
 * The source from which a search takes λ. It is asked once for each iteration, in order, and its answer is
 * its only effect on the search. If an answer depends on more than t and what the source observed, that is
 * its state, plain JSON, which goes into checkpoints.
 */
export interface ScheduleSource {
  /** λ of iteration t, for the columns of the schedule that the search was given. */
  at(t: number, observed: Observed): LambdaRow
  state?(): unknown
  restore?(state: unknown): void
}

/** The source that returns the λ of the schedule. */
export const scheduleSource = (schedule: Schedule): ScheduleSource => ({
  at: (t, observed) => baseRow(schedule, t, observed),
})

/** Records the λ that a search used, iteration by iteration. */
export interface LambdaRecord {
  /** The schedule with the λ used so far in place of its own; it grows with every record. */
  readonly used: Schedule
  /** Records the λ of the iterations from t to `to`, without `to`; by default of t alone. */
  add(t: number, row: LambdaRow, to?: number): void
  /**
   * All recorded segments, as from, to, λ in turn, by `task`, `reconstruction` or the index of the column.
   * Columns that never had a value are left out.
   */
  arrays(): Map<string, Float64Array>
  restore(arrays: ReadonlyMap<string, Float64Array>): void
}

/** An empty record for the columns of a schedule. */
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
    add(t, row, to = t + 1) {
      requireRow(row, schedule.columns.length, t)
      append(task, t, to, row.task)
      append(reconstruction, t, to, row.reconstruction)
      row.columns.forEach((value, i) => {
        if (!Number.isNaN(value)) append(columns[i]!, t, to, value)
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

/** Checks a row, because a user's own planner may return anything. */
function requireRow(row: Partial<LambdaRow> | undefined, columns: number, t: number): void {
  const { task, reconstruction, columns: given } = row ?? {}
  const fault = (what: string, got: unknown) => expected(`schedule.planner: at iteration ${t}`, what, got)
  if (typeof task !== 'number' || typeof reconstruction !== 'number')
    throw fault('numbers for task and reconstruction', row)
  if (given?.length !== columns)
    throw fault(`a λ for each of the schedule’s ${columns} columns`, given?.length)
}
