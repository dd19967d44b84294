import type { TrialClock } from '../trial/types.js'

/** A clock, in seconds. */
export type Now = () => number

/** The weight of earlier inspections in the measured speed; with it, about the last five count. */
const kept = 0.8

/**
 * Keeps searches within their time, until `until` on the clock `now`. The speed is measured from inspection
 * to inspection with everything in between: evaluations, removals, checkpoints, and other load of the
 * machine. The first tenth of the time does not count, because passes are recorded and code is compiled in
 * it.
 */
export function searchPace(until: number, now: Now): TrialClock['pace'] {
  const begin = now()
  let last: { readonly step: number; readonly at: number } | undefined
  let [seconds, steps] = [0, 0]
  return ({ step, steps: all, pace, searches }) => {
    const at = now()
    if (last && step > last.step && last.at - begin >= opening * (until - begin)) {
      seconds = kept * seconds + at - last.at
      steps = kept * steps + (step - last.step) / pace
    }
    last = { step, at }
    if (steps === 0) return pace
    const left = (until - at) / searches
    const wanted = left > 0 ? ((all - step) * seconds) / steps / left : Infinity
    return Math.min(wanted, mostRise * pace)
  }
}

/** The share of the time of searches in which their speed is not judged yet. */
const opening = 0.1

/** The most by which the pace grows at once, since a single interval may have been slow by chance. */
const mostRise = 3

/** The trainings for which a time is shared, by what they are expected to take compared with each other. */
export interface Trainings {
  /** Of each unpruned supernet; 0 without one. */
  readonly baseline: number
  /** How many unpruned supernets are trained; 1 by default. */
  readonly baselines?: number
  /** Of each retraining. */
  readonly each: number
  /** The number of retrainings. */
  readonly count: number
}

/**
 * How much longer than expected a retraining may take to get as many steps as the networks with which it is
 * compared. The unpruned supernet leaves that much time, because what follows it is what is delivered.
 */
const ease = 1.1

/**
 * Keeps trainings within their time, until `until` on the clock `now`. Each gets its share of what is left
 * when it begins. The first one that the clock ends decides how many steps the later ones may take, so that
 * networks which are compared are trained alike.
 */
export function trainingShares(
  { baseline, baselines = 1, each, count }: Trainings,
  until: number,
  now: Now,
): TrialClock['training'] {
  let later = count
  let laterBaselines = baselines
  let most = Infinity
  return (stage) => {
    const isRetrained = stage === 'retrain'
    if (isRetrained) later = Math.max(0, later - 1)
    else laterBaselines = Math.max(0, laterBaselines - 1)
    const duration = isRetrained ? each : baseline
    const others = isRetrained ? later * each : laterBaselines * baseline + ease * later * each
    const share = duration / (duration + others)
    const begin = now()
    const eased = isRetrained && most < Infinity ? Math.min(1, ease * share) : share
    const end = begin + Math.max(0, until - begin) * eased
    return (step) => {
      if (step < most && now() < end) return false
      most = Math.min(most, step)
      return true
    }
  }
}
