import * as tf from '@tensorflow/tfjs-core'
import { currentDevice } from '../backend/devices/index.js'
import type { BatchStatistics } from '../nn/functions/batch-norm.js'
import type { ParameterStore } from '../nn/parameter-store.js'

/** The share of the batch's statistics in each update of the moving averages (PyTorch's value). */
const statisticsMomentum = 0.1

/** Moves the batch norms' moving averages towards a batch's statistics. */
export function updateStatistics(
  store: ParameterStore,
  statistics: ReadonlyMap<string, BatchStatistics>,
): void {
  const pairs = statisticsOf(store, statistics)
  const { steps } = currentDevice()
  if (steps) return steps.blend(pairs, statisticsMomentum)
  for (const { name, average, observed } of pairs)
    store.set(
      name,
      tf.tidy(() => tf.add(average, tf.mul(tf.sub(observed, average), statisticsMomentum))),
    )
}

const keys = ['mean', 'variance'] as const

/** A moving average, and the statistics of a batch. */
interface Moved {
  readonly name: string
  readonly average: tf.Tensor
  readonly observed: tf.Tensor
}

const moved = new WeakMap<ReadonlyMap<string, BatchStatistics>, readonly Moved[]>()

/** The averages to move. A recorded pass returns the same map of statistics at every replay. */
function statisticsOf(
  store: ParameterStore,
  statistics: ReadonlyMap<string, BatchStatistics>,
): readonly Moved[] {
  const before = moved.get(statistics)
  if (before?.every(({ name, average }) => store.get(name) === average)) return before
  const pairs = [...statistics].flatMap(([node, observed]) =>
    keys.map((key) => ({
      name: `${node}:${key}`,
      average: store.get(`${node}:${key}`),
      observed: observed[key],
    })),
  )
  moved.set(statistics, pairs)
  return pairs
}
