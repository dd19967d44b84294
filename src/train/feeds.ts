import * as tf from '@tensorflow/tfjs-core'
import { mixturesOf, type PassNetwork } from './network.js'
import type { LossWeights, ShardWork } from './shard.js'

export type Role = 'task' | 'auxiliary' | 'reconstruction'

/** The outputs that have a loss, in the order in which their losses are computed. */
export const rolesOf = ({ task, reconstruction, auxiliary = 0 }: LossWeights): Role[] => [
  ...(task > 0 ? ['task' as const] : []),
  ...(auxiliary > 0 ? ['auxiliary' as const] : []),
  ...(reconstruction > 0 ? ['reconstruction' as const] : []),
]

/** The tensors of a pass whose numbers change from batch to batch, except for parameters. */
export interface Feeds {
  /** [rows, …shape]. */
  readonly input: tf.Tensor
  /** Classes [rows] or their probabilities [rows, classes], or values [rows · outputs]. */
  readonly targets: tf.Tensor
  /** A teacher's outputs, [rows, outputs]. */
  readonly taught: tf.Tensor2D | undefined
  /** A random direction for moved inputs, [rows, …shape], if a term asks for one. */
  readonly probe: tf.Tensor | undefined
  /** λ times the share of the batch, for each term of each tap in order. */
  readonly strengths: readonly tf.Scalar[]
  /** λ of each output that has a loss. */
  readonly weights: ReadonlyMap<Role, tf.Scalar>
  /** The mixture weights of a group; they belong to the feeds. */
  readonly mixture: (group: string) => tf.Tensor1D
  dispose(): void
}

/** λ times the share of the batch, for each term of each tap in order. */
export const strengthsOf = ({ taps = [], share }: ShardWork): number[] =>
  taps.flatMap(({ terms }) => terms.map(({ lambda }) => lambda * share))

/** Creates the feeds of one pass. The caller owns and disposes them. */
export function feedsOf(network: PassNetwork, work: ShardWork): Feeds {
  const { shape, shard, lossWeights } = work
  const { inputs, targets, soft, taught, probe, rows } = shard
  const mixtures = mixturesOf(network)
  const input = tf.tensor(inputs, [rows, ...shape])
  const given = {
    input,
    targets: soft ? tf.tensor2d(targets, [rows, targets.length / rows]) : tf.tensor(targets),
    taught: taught && tf.tensor2d(taught, [rows, taught.length / rows]),
    probe: probe && tf.tensor(probe, [rows, ...shape]),
    strengths: strengthsOf(work).map((strength) => tf.scalar(strength)),
    weights: new Map(rolesOf(lossWeights).map((role) => [role, tf.scalar(lossWeights[role]!)])),
  }
  return {
    ...given,
    mixture: mixtures.of,
    dispose() {
      const { targets: of, taught: by, probe: direction, strengths, weights } = given
      tf.dispose([input, of, by ?? [], direction ?? [], ...strengths, ...weights.values()])
      mixtures.dispose()
    },
  }
}
