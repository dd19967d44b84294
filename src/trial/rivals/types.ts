import type { Trial } from '../types.js'
import type { RivalSize } from './figures.js'

/** What a rival learns from. */
export interface RivalTrial extends Pick<Trial, 'data' | 'metric' | 'random'> {
  /** The loss of the configuration, if it names one. */
  readonly task?: string | undefined
}

/** A rival that has learnt. */
export interface FittedRival {
  /** The outputs of some rows, rows × outputs: logits, or values in units of the targets. */
  readonly predict: (rows: Uint32Array) => ArrayLike<number>
  readonly size: RivalSize
}

/**
 * A simple model beside which a run shows its network. It is a function of the data and the seed, and takes a
 * time that is bounded by counts. `fit` learns from the rows of `train` and `arch`, as retraining does, and
 * may choose by those of `validation`; it looks at no test rows. It returns undefined where the data are not
 * for it. It calls `pause` every few hundred milliseconds, which may throw.
 */
export interface TrialRival {
  /** Its name in tables. */
  readonly title: string
  /** The data that it is for, if it is not for all: `rows of up to 512 numbers`. */
  readonly limits?: string
  readonly fit: (trial: RivalTrial, pause: () => Promise<void>) => Promise<FittedRival | undefined>
}
