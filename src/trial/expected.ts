import type { Schedule } from '../schedule/types.js'
import type { SearchTimes } from './rehearsal.js'
import type { TrainingTimes } from './timing.js'

/** An expected time: what it comes to as a rule, and what it comes to if nothing is removed or stops early. */
export interface Span {
  readonly typical: number
  readonly most: number
}

export const noSeconds: Span = { typical: 0, most: 0 }

export const sumOf = (spans: readonly Span[]): Span => ({
  typical: spans.reduce((sum, { typical }) => sum + typical, 0),
  most: spans.reduce((sum, { most }) => sum + most, 0),
})

export const times = ({ typical, most }: Span, by: number): Span => ({
  typical: by * typical,
  most: by * most,
})

/** The work of a search, counted. */
export interface SearchWork {
  readonly phases: Schedule['phases']
  readonly prune: Pick<Schedule['prune'], 'from' | 'until'>
  readonly steps: number
  readonly evaluateEvery: number
  readonly inspectEvery: number
  /** The rows of an evaluation, and of each inspection of gates that move. */
  readonly rows: { readonly evaluation: number; readonly look: number }
  /** The rows that are predicted to measure members once, all of them together. */
  readonly ablated: number
}

/** Seconds to save a checkpoint at an evaluation: a few files that the disk must confirm. */
const saving = 0.03

/** How many inspections of the prune window remove something, as a rule. */
const removing = 0.6

/**
 * The seconds of a search. With f the share of a step's time that is left, which as a rule falls from 1 to `left`
 * over the prune window and at most stays 1,
 *
 *     Σ over iterations of f · (a step, or the mean of one and of a single path)
 *       + evaluations · (their rows, a checkpoint) + inspections · their rows + removals · (new recordings)
 */
export function searchSpan(work: SearchWork, measured: SearchTimes, left: number): Span {
  const { phases, prune, steps, evaluateEvery, inspectEvery, rows, ablated } = work
  const shareAt = (t: number): number => {
    const along = (t - prune.from) / Math.max(1, prune.until - prune.from)
    return 1 - (1 - left) * Math.min(1, Math.max(0, along))
  }
  const inWindow = (from: number, to: number) =>
    Math.max(0, Math.min(to, prune.until) - Math.max(from, prune.from))
  const stepping = phases.map(({ from, to, gates, paths }): Span => {
    const whole = gates === 'move' ? measured.moves : measured.held
    const each = paths === 'alternate' ? (whole + measured.singlePath) / 2 : whole
    const all = (to - from) * each
    return { typical: all * meanOf(shareAt, from, to), most: all }
  })
  const moving = phases.reduce((sum, { from, to, gates }) => sum + (gates === 'move' ? to - from : 0), 0)
  const evaluations = Math.ceil(steps / evaluateEvery)
  const beside =
    evaluations * (saving + rows.evaluation * measured.row) +
    ((moving / inspectEvery) * rows.look + ablated) * measured.row
  const looks = phases.reduce((sum, { from, to }) => sum + inWindow(from, to), 0) / inspectEvery
  return sumOf([
    ...stepping,
    { typical: beside * meanOf(shareAt, 0, steps), most: beside },
    { typical: removing * looks * measured.renewal, most: looks * measured.renewal },
  ])
}

/** The mean of a function that is piecewise linear over [from, to), by the midpoints of twenty parts. */
function meanOf(of: (t: number) => number, from: number, to: number): number {
  const parts = 20
  const at = (i: number) => from + ((i + 0.5) / parts) * (to - from)
  return Array.from({ length: parts }, (_, i) => of(at(i))).reduce((a, b) => a + b, 0) / parts
}

/** The length of a training. */
export interface TrainingWork {
  readonly steps: number
  readonly evaluateEvery: number
  readonly earlyStop?: { readonly steps: number }
}

/**
 * How many times its patience a training that stops early takes as a rule, the patience included: 1.2 to 3.2 on
 * five tables and series, 1.9 on average.
 */
const patiences = 1.9

/** The seconds of a training; one that may stop early does so as a rule. */
export function trainingSpan(
  { steps, evaluateEvery, earlyStop }: TrainingWork,
  measured: TrainingTimes,
): Span {
  const each = measured.step + measured.evaluation / evaluateEvery
  const usual = earlyStop ? Math.min(steps, patiences * earlyStop.steps) : steps
  return { typical: usual * each, most: steps * each }
}

/** Where a retrained network lies, as a rule, between the smallest one (0) and the whole one (1). */
const between = 1 / 3

/** A network of which only the smallest and the largest possible one are measured. */
export const retrained = (whole: TrainingTimes, small: TrainingTimes): TrainingTimes => ({
  step: small.step + between * Math.max(0, whole.step - small.step),
  evaluation: small.evaluation + between * Math.max(0, whole.evaluation - small.evaluation),
})
