import { InputError } from '../base/errors.js'
import type { CurveDocument, ScheduleDocument } from '../config/schedule-schema.js'
import { budgetOf } from './budget.js'
import { append, columnBook } from './columns.js'
import { checkTerm, layersOf, type CompileContext } from './context.js'
import { curveAt, curveFault } from './curve.js'
import { entriesOf } from './entries.js'
import { columnsOfTable } from './rows.js'
import { matching } from './select.js'
import { iterationOf } from './time.js'
import type { ScheduleColumn, CompiledPhase, Schedule, Segment, Turns } from './types.js'

export type { CompileContext } from './context.js'

/**
 * Compiles a schedule document to λ[t, k] for each term: run-length segments over iterations, float64.
 * Every name is checked against what exists; errors name the phase and the part.
 */
export function compileSchedule(document: ScheduleDocument, context: CompileContext): Schedule {
  const phases = phasesOf(document, context)
  const { replay, table } = document
  if (replay && replay.steps !== context.steps)
    throw new InputError(
      `schedule.replay: it replays a search of ${replay.steps} iterations, this one has ${context.steps}; batch, epochs and data must be the same`,
    )
  const { losses, columns, turns } = table
    ? { ...fromTable(document, context), turns: [] }
    : fromPhases(document, phases, context)
  const reconstructing = losses.reconstruction.find(({ value }) => value > 0)
  if (reconstructing && !context.decoder) {
    const p = phases.findIndex(({ to }) => reconstructing.from < to)
    const where = table ? 'schedule.table' : `${pathOf(document, p)}.losses.reconstruction`
    throw new InputError(`${where}: this supernet has no decoder, so it has no reconstruction loss`)
  }
  const prune = pruneOf(document, context)
  return {
    name: document.name,
    steps: context.steps,
    phases,
    losses,
    columns: [...columns, ...(replay ? [] : reservedColumns(context))],
    prune,
    turns,
    ...(document.budget && { budget: budgetOf(document.budget, prune, context) }),
    ...(replay && {
      replay: {
        initial: replay.initial,
        removals: replay.removals,
        interventions: replay.interventions,
      },
    }),
  }
}

const pathOf = ({ phases }: ScheduleDocument, p: number): string =>
  `schedule.phases.${p} (${phases[p]!.name})`

function phasesOf(document: ScheduleDocument, context: CompileContext): CompiledPhase[] {
  const { phases } = document
  const { steps, layers } = context
  const ends = phases.map(({ until }, p) => iterationOf(until, context, `${pathOf(document, p)}.until`))
  if (ends[phases.length - 1] !== steps)
    throw new InputError(
      `schedule.phases.${phases.length - 1}.until: expected 1 for the last phase, got ${JSON.stringify(phases[phases.length - 1]!.until)}`,
    )
  return phases.map((phase, p) => {
    const before = ends[p - 1] ?? 0
    // Without rows to train on there are no iterations, so that all phases are empty.
    if (steps > 0 && ends[p]! <= before)
      throw new InputError(
        `${pathOf(document, p)}.until: expected more than ${JSON.stringify(phases[p - 1]?.until ?? 0)}, got ${JSON.stringify(phase.until)}`,
      )
    return {
      name: phase.name,
      from: Math.round(before),
      to: Math.round(ends[p]!),
      train: new Set(matching(phase.train, layers, 'layer', `${pathOf(document, p)}.train`)),
      gates: phase.gates,
      paths: phase.paths,
    }
  })
}

/** Empty columns for terms that a safeguard may use. They are the last of their term. */
function reservedColumns(context: CompileContext): ScheduleColumn[] {
  return (context.reserved ?? []).flatMap(({ term, path }) => {
    const part = checkTerm(term, 'gates', path, context)
    return layersOf(part, context).map((layer) => ({ term, part, layer, segments: [] }))
  })
}

function pruneOf({ prune }: ScheduleDocument, context: CompileContext): Schedule['prune'] {
  const from = iterationOf(prune.from, context, 'schedule.prune.from')
  const until = iterationOf(prune.until, context, 'schedule.prune.until')
  if (until < from)
    throw new InputError(
      `schedule.prune: until (${JSON.stringify(prune.until)}) comes before from (${JSON.stringify(prune.from)})`,
    )
  return { ...prune, from: Math.round(from), until: Math.round(until) }
}

function fromTable(document: ScheduleDocument, context: CompileContext) {
  const p = document.phases.findIndex(({ terms }) => terms.length > 0)
  if (p >= 0)
    throw new InputError(
      `${pathOf(document, p)}.terms: with a table λ stands there alone; remove terms or table`,
    )
  return columnsOfTable(document.table!, context)
}

function fromPhases(document: ScheduleDocument, phases: readonly CompiledPhase[], context: CompileContext) {
  const book = columnBook(context.layers)
  const losses = { task: [] as Segment[], reconstruction: [] as Segment[] }
  const taking = new Map<string, Turn[]>()
  document.phases.forEach((phase, p) => {
    const { from, to } = phases[p]!
    const path = pathOf(document, p)
    for (const name of ['task', 'reconstruction'] as const) {
      checkCurve(`${path}.losses.${name}`, phase.losses[name])
      sample(losses[name], phase.losses[name], from, to, from)
    }
    phase.terms.forEach((entry, i) => checkCurve(`${path}.terms.${i}.lambda`, entry.lambda))
    const segmentsFor = book.stretch()
    for (const { column, lambda, delay, turn } of entriesOf(phase.terms, path, context)) {
      const start = from + Math.round(delay * (to - from))
      const segments = segmentsFor(column)
      sample(segments, lambda, from, to, start)
      if (turn)
        taking.set(turn.entry, [...(taking.get(turn.entry) ?? []), { ...turn, from, to, start, segments }])
    }
  })
  const columns = book.columns()
  return { losses, columns, turns: [...taking.values()].map((each) => turnsOf(each, columns)) }
}

/** A member of a choice in an entry whose choices take turns, with the segments of its column. */
interface Turn {
  readonly from: number
  readonly to: number
  readonly start: number
  readonly group: string
  readonly member: string
  readonly segments: readonly Segment[]
}

/** The turns of an entry in the order of time. */
function turnsOf(turns: readonly Turn[], columns: readonly ScheduleColumn[]): Turns {
  const { from, to } = turns[0]!
  const groups = [...new Set(turns.map(({ group }) => group))]
  const places = groups.map((group) => {
    const groupTurns = turns.filter((turn) => turn.group === group)
    const members = groupTurns.map(({ member, segments }) => ({
      member,
      column: columns.findIndex((column) => column.segments === segments),
    }))
    return { start: groupTurns[0]!.start, group, columns: members }
  })
  return { from, to, places: places.sort((a, b) => a.start - b.start) }
}

function checkCurve(where: string, curve: CurveDocument): void {
  const fault = curveFault(curve)
  if (fault) throw new InputError(`${where}: ${fault}`)
}

/**
 * Appends the values of a curve for the iterations [from, to): 0 before `start`. Equal neighbours share a
 * segment.
 */
function sample(segments: Segment[], curve: CurveDocument, from: number, to: number, start: number): void {
  for (let t = from; t < to; t++) {
    const time = to - start > 1 ? (t - start) / (to - start - 1) : 1
    append(segments, t, t + 1, t < start ? 0 : curveAt(curve, time))
  }
}
