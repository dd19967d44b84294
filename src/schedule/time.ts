import { InputError } from '../base/errors.js'
import type { TimeDocument } from '../config/schedule-schema.js'

/** The length of a search. */
export interface Length {
  /** The number of iterations T. */
  readonly steps: number
  /** Iterations per epoch; without it, times in epochs are refused. */
  readonly stepsPerEpoch?: number | undefined
}

/** The iteration of a time, not rounded. Throws for a time after the last iteration. */
export function iterationOf(time: TimeDocument, { steps, stepsPerEpoch }: Length, path: string): number {
  if (typeof time === 'number') return time * steps
  if ('epochs' in time && stepsPerEpoch === undefined)
    throw new InputError(`${path}: epochs need to be known; give the number of epochs too`)
  const iteration = 'epochs' in time ? time.epochs * stepsPerEpoch! : time.iterations
  if (iteration <= steps) return iteration
  const [got, most] =
    'epochs' in time
      ? [`${time.epochs} epochs`, steps / stepsPerEpoch!]
      : [`${time.iterations} iterations`, steps]
  throw new InputError(`${path}: expected at most the ${most} of the search, got ${got}`)
}

/** A time as text: `80 %`, `10 epochs`, `500 iterations`. */
export function momentText(time: TimeDocument): string {
  if (typeof time === 'number') return `${Number((time * 100).toFixed(2))} %`
  return 'epochs' in time ? `${time.epochs} epochs` : `${time.iterations} iterations`
}
