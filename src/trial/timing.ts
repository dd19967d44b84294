import type { NetworkToRetrain } from './figures.js'
import { retrain } from './retrain.js'
import type { Trial } from './types.js'

/** Steps that are timed: the second number less the first, so that what a training begins and ends with drops out. */
const [few, more] = [4, 16]

/**
 * Seconds that a step of a network's retraining takes, its share of evaluations included. Trains a copy for a few steps; what
 * it learns is thrown away.
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
  // The first is slower: programs are laid out.
  await timed(few)
  const [a, b] = [await timed(few), await timed(more)]
  const step = Math.max((b - a) / (more - few), 1e-6)
  const evaluation = Math.max(a - few * step, 0)
  return step + evaluation / config.retrain.evaluateEvery
}
