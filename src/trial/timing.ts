import { executorOf } from '../train/recorded-passes.js'
import type { NetworkToRetrain } from './figures.js'
import type { Clocks } from './rehearsal.js'
import { retrain } from './retrain.js'
import type { Trial } from './types.js'

/** What parts of a training take, in seconds. */
export interface TrainingTimes {
  readonly step: number
  /** An evaluation on the validation rows, with what is kept of the weights for it. */
  readonly evaluation: number
}

/** The steps between two evaluations, and the most intervals that are timed. */
const [interval, most] = [3, 200]

/** The intervals to see if time allows, and how many times as long that may take if the machine is busy. */
const [few, patience] = [5, 3]

/** When a step began, in milliseconds of a processor, and whether an evaluation came right before it. */
export interface Begun {
  readonly at: number
  readonly evaluated: boolean
}

/**
 * Trains a copy of a network for about `seconds`, on a busy machine for up to three times as long, but for at
 * least two evaluations, and discards it.
 */
export async function trainingTimes(
  { config, data, loss, metric, random }: Trial,
  { graph, initial }: NetworkToRetrain,
  seconds: number,
  { wall, busy }: Clocks,
): Promise<TrainingTimes> {
  const { earlyStop: _, ...options } = config.retrain
  const begun: Begun[] = []
  let evaluations = 0
  let evaluated = false
  const executor = executorOf(undefined)
  const [start, before] = [wall(), busy()]
  const isEnough = () =>
    wall() - start >= patience * 1000 * seconds || (evaluations >= few && busy() - before >= 1000 * seconds)
  try {
    await retrain(
      graph,
      data,
      {
        options: { ...options, steps: interval * most, evaluateEvery: interval },
        stage: 'retrain',
        loss,
        metric,
        random,
        execute: (...work) => {
          begun.push({ at: busy(), evaluated })
          evaluated = false
          return executor.execute(...work)
        },
        emit: ({ type }) => {
          if (type !== 'evaluation') return
          evaluations += 1
          evaluated = true
        },
        // The first evaluation is over when the step after it begins.
        isOver: () => evaluations > 2 && isEnough(),
      },
      initial,
    )
  } finally {
    executor.dispose()
  }
  return timesOfSteps(begun)
}

/**
 * The mean times of a step and an evaluation, from the beginnings of steps. The first steps do not count, in
 * which passes are recorded, nor the first half of many, in which code is compiled.
 */
export function timesOfSteps(begun: readonly Begun[]): TrainingTimes {
  const from = Math.max(
    1,
    Math.min(interval, begun.length - interval - 1),
    Math.floor(begun.length / 2) - interval,
  )
  const took = begun
    .slice(from)
    .map(({ at, evaluated }, i) => ({ ms: at - begun[from + i - 1]!.at, evaluated }))
  const meanOf = (wanted: boolean) => {
    const those = took.filter(({ evaluated }) => evaluated === wanted)
    return those.reduce((sum, { ms }) => sum + ms, 0) / those.length
  }
  const step = meanOf(false)
  return { step: step / 1000, evaluation: Math.max(0, meanOf(true) - step) / 1000 }
}
