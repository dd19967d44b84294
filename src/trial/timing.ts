import type { NetworkToRetrain } from './figures.js'
import { retrain } from './retrain.js'
import type { Trial } from './types.js'

/** The number of steps that are timed with one evaluation. */
const few = 4

/** The least and the most steps that are timed beside them. */
const [least, most] = [16, 256]

/**
 * Seconds per step of a network's retraining, including its share of the evaluations. Trains copies for a few
 * steps, or for about `seconds` if they are short, and discards the result.
 */
export async function retrainStepSeconds(
  { config, data, loss, metric, random }: Trial,
  { graph, initial }: NetworkToRetrain,
  seconds: number,
): Promise<number> {
  const { earlyStop: _, ...options } = config.retrain
  const timed = async (steps: number, evaluateEvery: number): Promise<number> => {
    const start = performance.now()
    await retrain(
      graph,
      data,
      {
        options: { ...options, steps, evaluateEvery },
        stage: 'retrain',
        ...{ loss, metric, random, emit: () => undefined },
      },
      initial,
    )
    return (performance.now() - start) / 1000
  }
  // The first run is slower, because it also lays out the training pass.
  await timed(few, few)
  const short = await timed(few, few)
  const more = few * Math.ceil(Math.min(most, Math.max(least, (few * seconds) / short)) / few)
  const long = await timed(more, more)
  const evaluated = await timed(more, few)
  // The difference cancels the time that a training needs to begin and end.
  const step = Math.max((long - short) / (more - few), 1e-6)
  const evaluation = Math.max((evaluated - long) / (more / few - 1), 0)
  return step + evaluation / config.retrain.evaluateEvery
}
