import picomatch from 'picomatch'
import { InputError } from '../base/errors.js'
import type { CurveDocument, ScheduleDocument } from '../config/schedule-schema.js'
import type { Part, Term } from '../objective/terms/types.js'
import type { RelaxationName } from '../supernet/relaxations/types.js'
import { curveAt, curveFault } from './curve.js'
import type { Column, CompiledPhase, Schedule, Segment } from './types.js'

/** What a schedule is compiled against. */
export interface CompileContext {
  /** Iterations T. */
  readonly steps: number
  /** The supernet's layers in order. */
  readonly layers: readonly string[]
  /** Layers that have gates. */
  readonly gatedLayers: readonly string[]
  /** Layers that have outputs; α that cells share has a layer of its own, which has none. */
  readonly activeLayers: readonly string[]
  readonly relaxation: RelaxationName
  /** Is there a table of measured times? */
  readonly latency: boolean
  /** Has the supernet a decoder? */
  readonly decoder: boolean
  readonly terms: readonly Term[]
}

/**
 * Compiles a schedule document to λ[t, k] for each term: run-length segments over iterations, float64.
 * Every name is checked against what exists; errors name the phase and the part.
 */
export function compileSchedule(document: ScheduleDocument, context: CompileContext): Schedule {
  const phases = phasesOf(document, context)
  const columns = new Map<string, Column & { segments: Segment[] }>()
  const losses = { task: [] as Segment[], reconstruction: [] as Segment[] }

  document.phases.forEach((phase, p) => {
    const { from, to } = phases[p]!
    const path = `schedule.phases.${p} (${phase.name})`
    for (const name of ['task', 'reconstruction'] as const) {
      checkCurve(`${path}.losses.${name}`, phase.losses[name])
      sample(losses[name], phase.losses[name], from, to, from)
    }
    if (!context.decoder && losses.reconstruction.some(({ value }) => value > 0))
      throw new InputError(
        `${path}.losses.reconstruction: this supernet has no decoder, so it has no reconstruction loss`,
      )
    for (const { key, entry, layer, start } of entriesOf(phase, path, from, to, context)) {
      const column = columns.get(key) ?? { term: entry.term, part: entry.part, layer, segments: [] }
      sample(column.segments, entry.lambda, from, to, start)
      columns.set(key, column)
    }
  })
  const share = (fraction: number) => Math.round(fraction * context.steps)
  if (document.prune.until < document.prune.from)
    throw new InputError(
      `schedule.prune: until (${document.prune.until}) comes before from (${document.prune.from})`,
    )
  return {
    name: document.name,
    steps: context.steps,
    phases,
    losses,
    columns: [...columns.values()],
    prune: { from: share(document.prune.from), until: share(document.prune.until) },
  }
}

function phasesOf({ phases }: ScheduleDocument, { steps, layers }: CompileContext): CompiledPhase[] {
  if (phases[phases.length - 1]!.until !== 1)
    throw new InputError(
      `schedule.phases.${phases.length - 1}.until: expected 1 for the last phase, got ${phases[phases.length - 1]!.until}`,
    )
  return phases.map((phase, p) => {
    const before = phases[p - 1]?.until ?? 0
    if (phase.until <= before)
      throw new InputError(
        `schedule.phases.${p} (${phase.name}).until: expected more than ${before}, got ${phase.until}`,
      )
    return {
      name: phase.name,
      from: Math.round(before * steps),
      to: Math.round(phase.until * steps),
      train: new Set(matching(phase.train, layers, `schedule.phases.${p} (${phase.name}).train`)),
      gates: phase.gates,
    }
  })
}

type Entry = ScheduleDocument['phases'][number]['terms'][number]

/** The entry that counts for each term, part and layer: the last one that matches. */
function entriesOf(
  phase: ScheduleDocument['phases'][number],
  path: string,
  from: number,
  to: number,
  context: CompileContext,
) {
  const chosen = new Map<string, { key: string; entry: Entry; layer: string; start: number }>()
  phase.terms.forEach((entry, i) => {
    const where = `${path}.terms.${i}`
    checkTerm(entry, where, context)
    checkCurve(`${where}.lambda`, entry.lambda)
    const layers = matching(
      entry.layers,
      { gates: context.gatedLayers, activations: context.activeLayers, weights: context.layers }[entry.part],
      `${where}.layers`,
    )
    const ordered = entry.stagger?.order === 'output-to-input' ? [...layers].reverse() : layers
    ordered.forEach((layer, position) => {
      const key = `${entry.term}/${entry.part}/${layer}`
      const delay =
        entry.stagger && ordered.length > 1 ? (entry.stagger.share * position) / (ordered.length - 1) : 0
      chosen.set(key, { key, entry, layer, start: from + Math.round(delay * (to - from)) })
    })
  })
  const order = (layer: string) => context.layers.indexOf(layer)
  return [...chosen.values()].sort((a, b) => order(a.layer) - order(b.layer))
}

function checkTerm(
  { term: name, part }: { term: string; part: Part },
  where: string,
  context: CompileContext,
): void {
  const term = context.terms.find((t) => t.name === name)
  if (!term && name === 'reconstruction')
    throw new InputError(
      `${where}.term: reconstruction is a loss; give its weight in losses.reconstruction of the phase`,
    )
  if (!term)
    throw new InputError(
      `${where}.term: unknown term ${name}; terms: ${context.terms.map((t) => t.name).join(', ')}`,
    )
  const action = term[part]
  const parts = (['weights', 'activations', 'gates'] as const).filter((p) => term[p])
  if (!action) throw new InputError(`${where}.part: ${name} acts on ${parts.join(', ')}, not on ${part}`)
  const reason = part === 'gates' ? term.gates!.refused[context.relaxation] : undefined
  if (reason) throw new InputError(`${where}: ${name} on ${context.relaxation} is refused: ${reason}`)
  if (part === 'gates' && term.gates!.needs === 'latency' && !context.latency)
    throw new InputError(`${where}: ${name} needs config.objective.latency, a table of measured times`)
}

function checkCurve(where: string, curve: CurveDocument): void {
  const fault = curveFault(curve)
  if (fault) throw new InputError(`${where}: ${fault}`)
}

/** Layers that some glob matches, in the layers' order. */
function matching(globs: string | readonly string[], layers: readonly string[], where: string): string[] {
  const patterns = typeof globs === 'string' ? [globs] : globs
  for (const pattern of patterns)
    if (!layers.some((layer) => picomatch.isMatch(layer, pattern)) && pattern !== '**')
      throw new InputError(`${where}: no layer matches ${pattern}; layers: ${layers.join(', ')}`)
  return layers.filter((layer) => patterns.some((pattern) => picomatch.isMatch(layer, pattern)))
}

/** Appends a curve's values for iterations [from, to): 0 before `start`, equal neighbours in one segment. */
function sample(segments: Segment[], curve: CurveDocument, from: number, to: number, start: number): void {
  for (let t = from; t < to; t++) {
    const value = t < start ? 0 : curveAt(curve, to - start > 1 ? (t - start) / (to - start - 1) : 1)
    const last = segments[segments.length - 1]
    if (last?.to === t && last.value === value) segments[segments.length - 1] = { ...last, to: t + 1 }
    else segments.push({ from: t, to: t + 1, value })
  }
}
