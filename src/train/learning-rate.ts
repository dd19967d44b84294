import type { OptimizerOptions } from './training.js'

/** The number of steps after which the decay `inverse` begins. */
const held = 2000

/**
 * Learning rate at iteration t of T: cosine decay from the rate to its minimum (arXiv:1608.03983), four waves
 * between the minimum and the rate, each twice as long as the one before (coslog4, arXiv:2407.04491),
 * constant for 2,000 steps and then in inverse proportion to t, whatever T is (inverse), or constant;
 * multiplied by a factor that rises linearly to 1 in the first `warmup` steps.
 */
export function learningRateAt(
  { learningRate, minLearningRate, decay, warmup }: OptimizerOptions,
  t: number,
  steps: number,
): number {
  const rise = t < warmup ? (t + 1) / (warmup + 1) : 1
  if (decay === 'constant') return rise * learningRate
  if (decay === 'inverse')
    return rise * (minLearningRate + (learningRate - minLearningRate) * Math.min(1, held / (t + 1)))
  const wave =
    decay === 'cosine'
      ? Math.cos((Math.PI * t) / steps)
      : -Math.cos(2 * Math.PI * Math.log2(1 + (15 * t) / steps))
  return rise * (minLearningRate + ((learningRate - minLearningRate) * (1 + wave)) / 2)
}
