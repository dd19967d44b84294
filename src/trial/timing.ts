import type { NetworkToRetrain } from './figures.js'
import { retrain } from './retrain.js'
import type { Trial } from './types.js'

/**
 * The numbers of steps that are timed. Their difference cancels the time that a training needs to begin and
 * end.
 */
const [few, more] = [4, 16]

/**
 * Seconds per step of a network's retraining, including its share of the evaluations. Trains a copy for a few
 * steps and discards the result.
 */
export async function retrainStepSeconds(
  { config, data, loss, metric, random }: Trial,
  { graph, initial }: NetworkToRetrain,
): Promise<number> {
  const { earlyStop: _, ...options } = config.retrain
  const timed = async (steps: number): Promise<number> => {
    const start = performance.now()
    await retrain(
      graph,
      data,
      {
        options: { ...options, steps, evaluateEvery: steps },
        stage: 'retrain',
        ...{ loss, metric, random, emit: () => undefined },
      },
      initial,
    )
    return (performance.now() - start) / 1000
  }
  // The first run is slower, because it also lays out the training pass.
  await timed(few)
  const [a, b] = [await timed(few), await timed(more)]
  const step = Math.max((b - a) / (more - few), 1e-6)
  const evaluation = Math.max(a - few * step, 0)
  return step + evaluation / config.retrain.evaluateEvery
}
