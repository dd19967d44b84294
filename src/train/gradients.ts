import * as tf from '@tensorflow/tfjs-core'
import { randomSource, type RandomStream } from '../base/random.js'
import type { BatchStatistics } from '../nn/functions/batch-norm.js'
import type { Graph } from '../nn/graph.js'
import type { ParameterStore } from '../nn/parameter-store.js'
import type { PassObserver } from '../nn/profile.js'
import { runGradients, type RunOptions } from '../nn/run.js'
import { distilled } from '../objective/distillation.js'
import { reconstructionLoss } from '../objective/losses.js'
import { tapGradients, type TapGradients } from './activations.js'
import { addGradients } from './add-gradients.js'
import { disposeGradients } from './gradient-memory.js'
import { plannedProgram } from './memory.js'
import { feedsOf, rolesOf, type Feeds, type Role } from './feeds.js'
import type { Network, PassNetwork } from './network.js'
import { scaleNumbers } from './numbers.js'
import { movedPasses } from './probe.js'
import type {
  Tap,
  ShardExecutor,
  Shard,
  LossWeights,
  Wanted,
  BatchDraws,
  Gradients,
  ShardWork,
  ShardGradients,
} from './shard.js'

/** Computes one shard after the other in this thread. */
export const oneAfterAnother =
  (gradientsOf: (network: PassNetwork, work: ShardWork) => ShardGradients): ShardExecutor =>
  (network, [first, ...others]) =>
    others.reduce((sum, each) => addGradients(sum, gradientsOf(network, each)), gradientsOf(network, first!))

/**
 * Computes one shard after the other by operations, without recordings. `observe` receives every instruction.
 */
export const sequentially = (observe?: PassObserver): ShardExecutor =>
  oneAfterAnother((network, work) => shardGradients(network, work, observe))

export const sequential = sequentially()

/**
 * ∂(λ_y E_y + λ_x E_x + Σ λ R(activations)) for one batch. Each shard has batch statistics of its own. Shards
 * are computed separately and added in their order.
 */
export function batchGradients(
  network: Network,
  shape: readonly number[],
  shards: readonly Shard[],
  lossWeights: LossWeights,
  wanted: Wanted,
  {
    execute = sequential,
    draws,
    taps = [],
  }: { execute?: ShardExecutor | undefined; draws?: BatchDraws; taps?: readonly Tap[] } = {},
): Gradients {
  const rows = shards.reduce((sum, shard) => sum + shard.rows, 0)
  const work = shards.map((shard, index) => ({
    shape,
    shard,
    share: shard.rows / rows,
    lossWeights,
    wanted,
    draws: draws && { ...draws, shard: index },
    taps,
  }))
  const { mixtures, ...sum } = execute(network, work)
  return { ...sum, alphas: alphaGradients(network, mixtures, sum.alphaSlots) }
}

/**
 * One shard's contribution to the batch's gradients, already multiplied by the shard's `share` of the batch.
 * `observe` receives every instruction.
 */
export function shardGradients(
  network: PassNetwork,
  work: ShardWork,
  observe?: PassObserver,
): ShardGradients {
  if (isNothing(work)) return noGradients()
  const feeds = feedsOf(network, work)
  try {
    return fedGradients(network, work, feeds, observe)
  } finally {
    feeds.dispose()
  }
}

/** Whether there is no loss, or nothing to be trained. */
export const isNothing = ({ lossWeights, taps = [], wanted }: ShardWork): boolean =>
  rolesOf(lossWeights).length + taps.length === 0 || wanted.weights.length + wanted.alphas.length === 0

export const noGradients = (): ShardGradients => ({
  losses: {},
  weights: new Map(),
  mixtures: new Map(),
  statistics: new Map(),
})

/** Computes the gradients of `shardGradients` from given feeds. */
export function fedGradients(
  network: { readonly graph: Graph; readonly weights: Pick<ParameterStore, 'get'> },
  work: ShardWork,
  feeds: Feeds,
  observe?: PassObserver,
): ShardGradients {
  const { shard, share, lossWeights, wanted, draws, taps = [] } = work
  const statistics = new Map<string, BatchStatistics>()
  const trained = trainedNodes(network.graph, wanted)
  const { input } = feeds
  const losses: { task?: tf.Scalar; reconstruction?: tf.Scalar } = {}
  const optionsOf = (from: tf.Tensor, seen: Map<string, BatchStatistics>): RunOptions => ({
    input: from,
    training: true,
    parameter: (name) => network.weights.get(name),
    mixture: feeds.mixture,
    statistics: seen,
    observe,
    ...(draws && randomOf(draws)),
  })
  const probes = movedPasses(network.graph, taps, trained, shard.rows, feeds, optionsOf)
  try {
    const program = plannedProgram(
      network.graph,
      { roles: rolesOf(lossWeights), taps: taps.map(({ node }) => node), trained },
      shard.rows,
    )
    let moved: TapGradients['moved'] = new Map()
    const graphGradients = runGradients(program, optionsOf(input, statistics), (outputs) => {
      const ofTaps = tapGradients(taps, feeds.strengths, (node) => outputs[node]!, probes.value)
      moved = ofTaps.moved
      return { ...ofTaps.unmoved, ...seedGradients(outputs, feeds, share, lossWeights, losses) }
    })
    probes.addGradients(moved, graphGradients)
    for (const observed of statistics.values()) scaleStatistics(observed, share)
    return {
      losses,
      weights: inOrder(graphGradients.parameters, wanted.weights),
      mixtures: inOrder(graphGradients.mixtures, wanted.alphas),
      statistics,
    }
  } catch (error) {
    disposeGradients({ losses, statistics })
    throw error
  } finally {
    probes.dispose()
  }
}

/** The random numbers of one shard's pass. */
function randomOf(draws: NonNullable<ShardWork['draws']>) {
  const source = randomSource(draws.seed)
  // `draws` is read whenever something is drawn, because each replay of a recorded pass has another batch.
  const random = (what: string, node: string): RandomStream =>
    source.stream(`${draws.purpose} ${what}`, `${draws.shard} ${node}`, draws.t)
  return { random, dropPath: () => draws.dropPath ?? 1 }
}

/** The nodes that own the wanted parameters and gates. */
export function trainedNodes(graph: Graph, { weights, alphas }: Wanted): Set<string> {
  const groups = new Set<unknown>(alphas)
  return new Set([
    ...weights.map((name) => name.slice(0, name.lastIndexOf(':'))),
    ...graph.nodes.filter(({ attrs }) => groups.has(attrs.group)).map(({ id }) => id),
  ])
}

/**
 * Computes the losses, stores those of the task and of the reconstruction in `losses`, and returns the
 * gradients of the outputs.
 */
function seedGradients(
  outputs: Readonly<Record<string, tf.Tensor>>,
  { input, targets, taught, weights }: Feeds,
  share: number,
  { loss, distillation }: LossWeights,
  losses: { task?: tf.Scalar; reconstruction?: tf.Scalar },
): Record<string, tf.Tensor> {
  const taskLoss = taught && distillation ? distilled(loss, distillation, taught) : loss
  const lossOf = (role: Role, output: tf.Tensor): tf.Scalar =>
    role === 'reconstruction' ? reconstructionLoss(output, input) : taskLoss(output as tf.Tensor2D, targets)
  const seeds: Record<string, tf.Tensor> = {}
  for (const [role, weight] of weights) {
    const { value, gradient } = tf.tidy(() => {
      const of = (output: tf.Tensor) => tf.mul(lossOf(role, output), share)
      const result = tf.valueAndGrad(of)(outputs[role]!)
      return { value: result.value as tf.Scalar, gradient: tf.mul(result.grad, weight) }
    })
    if (role === 'auxiliary') value.dispose()
    else losses[role] = value
    seeds[role] = gradient
  }
  return seeds
}

/** Computes the gradients of α from those of mixture weights, which it disposes unless they are lent. */
function alphaGradients(
  network: Network,
  mixtures: ReadonlyMap<string, tf.Tensor1D>,
  slots: Map<string, tf.Tensor1D> | undefined,
): Map<string, tf.Tensor1D> {
  if (slots && network.pullBackInto) {
    network.pullBackInto(mixtures, slots)
    return slots
  }
  const gradients = [...mixtures].map(([group, dMixture]) => {
    const slot = slots?.get(group)
    const gradient = tf.tidy(() => network.pullBack(group, dMixture, slot))
    if (!slots) dMixture.dispose()
    else if (gradient !== slot) {
      slot?.dispose()
      slots.set(group, tf.keep(gradient))
    }
    return [group, gradient] as const
  })
  return new Map(gradients)
}

/** The entries for those of the given names that exist, in the order of the names. Disposes all others. */
function inOrder<T extends tf.Tensor>(
  tensors: ReadonlyMap<string, T>,
  names: readonly string[],
): Map<string, T> {
  const wanted = new Map(
    names.flatMap((name) => (tensors.has(name) ? [[name, tensors.get(name)!] as const] : [])),
  )
  for (const [name, tensor] of tensors) if (!wanted.has(name)) tensor.dispose()
  return wanted
}

function scaleStatistics(observed: BatchStatistics, share: number): void {
  if (share === 1) return
  for (const key of ['mean', 'variance'] as const) observed[key] = scaleNumbers(observed[key], share)
}
