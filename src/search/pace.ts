import type { Intervention } from '../config/intervention-schema.js'
import { phaseAt } from '../schedule/table.js'
import type { Schedule } from '../schedule/types.js'
import type { Loop, SearchProgress } from './state.js'
import { intervene } from '../train/steered.js'

/**
 * The pace of a search: how many iterations of the schedule a step goes forward, on average. At a pace above
 * 1, a step trains on one batch and leaves out the next ones, but gates move as far as in all of them. So a
 * search that must end earlier still comes through its whole schedule, and decides where it would. Changes
 * of the pace are interventions, so that a resumed or replayed search takes the same steps.
 */
const [name, by] = ['pace', 'time'] as const

/** The most iterations that a step goes forward, plus ½. */
const fastest = 64.5

/** The least factor by which the pace changes. Speeds are measured with noise. */
const least = 1.5

/** The pace in iteration t, and the iteration since which it holds. */
function paceAt(
  { interventions }: Pick<SearchProgress, 'interventions'>,
  t: number,
): { pace: number; since: number } {
  const last = interventions.findLast(({ what, step }) => what === name && step <= t)
  return last ? { pace: last.to as number, since: last.step } : { pace: 1, since: 0 }
}

/**
 * The iteration after t. It is the next one at the given pace, but the first of a phase and the one that ends
 * the prune window are never left out.
 */
export function nextIteration(
  schedule: Schedule,
  progress: Pick<SearchProgress, 'interventions'>,
  t: number,
): number {
  const { pace, since } = paceAt(progress, t)
  const next = since + Math.floor(Math.ceil((t + 1 - since) / pace) * pace)
  const { until } = schedule.prune
  return Math.min(next, phaseAt(schedule, t).to, t < until ? until : Infinity, schedule.steps)
}

/**
 * The iterations between evaluations, and between inspections of the gates, at the pace of iteration t.
 * Evaluations come after as many steps as ever. Inspections, of which a search needs some, come between as
 * many steps and as many iterations.
 */
export function intervalsAt(
  { evaluateEvery, inspectEvery }: { readonly evaluateEvery: number; readonly inspectEvery: number },
  progress: Pick<SearchProgress, 'interventions'>,
  t: number,
): { readonly evaluations: number; readonly looks: number } {
  const { pace } = paceAt(progress, t)
  return { evaluations: evaluateEvery * pace, looks: inspectEvery * Math.sqrt(pace) }
}

/** Whether a multiple of `every` lies in (t, next]. */
export const passes = (every: number, t: number, next: number): boolean =>
  Math.floor(next / every) > Math.floor(t / every)

/** Asks whoever watches the time how fast the search must go on after `next` iterations. */
export function keepPace({ context, progress }: Loop, next: number): void {
  const { schedule } = context
  if (!context.pace || schedule.replay || next >= schedule.steps) return
  const { pace: from } = paceAt(progress, next)
  const to = rounded(context.pace({ step: next, steps: schedule.steps, pace: from }))
  if (Math.max(to / from, from / to) < least) return
  const change: Intervention = { stage: 'search', step: next, what: name, from, to, by }
  intervene({ progress, context }, [change])
}

/**
 * A possible pace near the wanted one: 1, or a whole number and a half. A whole number such as 2 would leave
 * out all iterations of one of two kinds where phases alternate between them.
 */
const rounded = (wanted: number): number =>
  wanted < 1.25 ? 1 : Math.min(fastest, Math.max(1, Math.round(wanted - 0.5)) + 0.5)
