import * as tf from '@tensorflow/tfjs-core'
import { randomSource, type RandomStream } from '../base/random.js'
import type { BatchStatistics } from '../nn/functions/batch-norm.js'
import type { Graph } from '../nn/graph.js'
import type { PassObserver } from '../nn/profile.js'
import { runGradients, type RunOptions } from '../nn/run.js'
import { distilled } from '../objective/distillation.js'
import { reconstructionLoss } from '../objective/losses.js'
import { tapGradients, type TapGradients } from './activations.js'
import { addGradients } from './add-gradients.js'
import { plannedProgram } from './memory.js'
import { mixturesOf, type Network, type PassNetwork } from './network.js'
import { scaleNumbers } from './numbers.js'
import { movedPasses } from './probe.js'
import type {
  Tap,
  ShardExecutor,
  Shard,
  LossWeights,
  Wanted,
  Draws,
  Gradients,
  ShardWork,
  ShardGradients,
} from './shard.js'

/** Computes one shard after the other in this thread. `observe` receives every instruction. */
export const sequentially =
  (observe?: PassObserver): ShardExecutor =>
  (network, [first, ...others]) =>
    others.reduce(
      (sum, each) => addGradients(sum, shardGradients(network, each, observe)),
      shardGradients(network, first!, observe),
    )

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
  }: { execute?: ShardExecutor | undefined; draws?: Draws; taps?: readonly Tap[] } = {},
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
  return { ...sum, alphas: alphaGradients(network, mixtures) }
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
  const { shape, shard, share, lossWeights, wanted, draws, taps = [] } = work
  const roles = rolesOf(lossWeights)
  const statistics = new Map<string, BatchStatistics>()
  if (roles.length + taps.length === 0 || wanted.weights.length + wanted.alphas.length === 0)
    return { losses: {}, weights: new Map(), mixtures: new Map(), statistics }

  const trained = trainedNodes(network.graph, wanted)
  const input = tf.tensor(shard.inputs, [shard.rows, ...shape])
  const mixtures = mixturesOf(network)
  const losses: { task?: tf.Scalar; reconstruction?: tf.Scalar } = {}
  const optionsOf = (from: tf.Tensor, seen: Map<string, BatchStatistics>): RunOptions => ({
    input: from,
    training: true,
    parameter: (name) => network.weights.get(name),
    mixture: mixtures.of,
    statistics: seen,
    observe,
    ...(draws && randomOf(draws)),
  })
  const probes = movedPasses(network.graph, taps, trained, shard, input, optionsOf)
  try {
    const program = plannedProgram(
      network.graph,
      { roles, taps: taps.map(({ node }) => node), trained },
      shard.rows,
    )
    let moved: TapGradients['moved'] = new Map()
    const found = runGradients(program, optionsOf(input, statistics), (outputs) => {
      const ofTaps = tapGradients(taps, share, (node) => outputs[node]!, probes.value)
      moved = ofTaps.moved
      return { ...ofTaps.own, ...seedGradients(outputs, input, shard, share, lossWeights, losses) }
    })
    probes.addGradients(moved, found)
    for (const observed of statistics.values()) scaleStatistics(observed, share)
    return {
      losses,
      weights: inOrder(found.parameters, wanted.weights),
      mixtures: inOrder(found.mixtures, wanted.alphas),
      statistics,
    }
  } catch (error) {
    disposeGradients({ losses, statistics })
    throw error
  } finally {
    input.dispose()
    mixtures.dispose()
    probes.dispose()
  }
}

/** The random numbers of one shard's pass. */
function randomOf({ seed, purpose, t, shard, dropPath }: NonNullable<ShardWork['draws']>) {
  const source = randomSource(seed)
  const random = (what: string, node: string): RandomStream =>
    source.stream(`${purpose} ${what}`, `${shard} ${node}`, t)
  return { random, dropPath }
}

const rolesOf = ({ task, reconstruction, auxiliary = 0 }: LossWeights): string[] => [
  ...(task > 0 ? ['task'] : []),
  ...(auxiliary > 0 ? ['auxiliary'] : []),
  ...(reconstruction > 0 ? ['reconstruction'] : []),
]

/** The nodes that own the wanted parameters and gates. */
export function trainedNodes(graph: Graph, { weights, alphas }: Wanted): Set<string> {
  const groups = new Set<unknown>(alphas)
  return new Set([
    ...weights.map((name) => name.slice(0, name.lastIndexOf(':'))),
    ...graph.nodes.filter(({ attrs }) => groups.has(attrs.group)).map(({ id }) => id),
  ])
}

type Role = 'task' | 'auxiliary' | 'reconstruction'

/** Computes the losses, stores each in `losses`, and returns the gradients of the outputs. */
function seedGradients(
  outputs: Readonly<Record<string, tf.Tensor>>,
  input: tf.Tensor,
  shard: Shard,
  share: number,
  { task, reconstruction, auxiliary = 0, loss, distillation }: LossWeights,
  losses: { task?: tf.Scalar; reconstruction?: tf.Scalar },
): Record<string, tf.Tensor> {
  const seeds: Record<string, tf.Tensor> = {}
  const seed = (role: Role, weight: number, of: (output: tf.Tensor) => tf.Scalar) => {
    const { value, gradient } = tf.tidy(() => {
      const result = tf.valueAndGrad((output: tf.Tensor) => tf.mul(of(output), share))(outputs[role]!)
      return { value: result.value as tf.Scalar, gradient: tf.mul(result.grad, weight) }
    })
    if (role === 'auxiliary') value.dispose()
    else losses[role] = value
    seeds[role] = gradient
  }
  const { targets, taught } = shard
  const taskLoss = (output: tf.Tensor2D) => {
    const own =
      taught && distillation ? distilled(loss, distillation, tf.tensor2d(taught, output.shape)) : loss
    return own(output, tf.tensor(targets))
  }
  if (task > 0) seed('task', task, (output) => taskLoss(output as tf.Tensor2D))
  if (auxiliary > 0) seed('auxiliary', auxiliary, (output) => taskLoss(output as tf.Tensor2D))
  if (reconstruction > 0)
    seed('reconstruction', reconstruction, (output) => reconstructionLoss(output, input))
  return seeds
}

/** Computes the gradients of α from those of mixture weights, which it disposes. */
function alphaGradients(
  network: Network,
  mixtures: ReadonlyMap<string, tf.Tensor1D>,
): Map<string, tf.Tensor1D> {
  const gradients = [...mixtures].map(([group, dMixture]) => {
    const gradient = tf.tidy(() => network.pullBack(group, dMixture))
    dMixture.dispose()
    return [group, gradient] as const
  })
  return new Map(gradients)
}

/** The entries for those of the given names that exist, in the order of the names. Disposes all others. */
function inOrder<T extends tf.Tensor>(
  found: ReadonlyMap<string, T>,
  names: readonly string[],
): Map<string, T> {
  const wanted = new Map(
    names.flatMap((name) => (found.has(name) ? [[name, found.get(name)!] as const] : [])),
  )
  for (const [name, tensor] of found) if (!wanted.has(name)) tensor.dispose()
  return wanted
}

function scaleStatistics(observed: BatchStatistics, share: number): void {
  if (share === 1) return
  for (const key of ['mean', 'variance'] as const) observed[key] = scaleNumbers(observed[key], share)
}

/** Disposes all tensors of the gradients. */
export function disposeGradients(gradients: Partial<ShardGradients & Gradients>): void {
  const { losses, weights, mixtures, alphas, statistics } = gradients
  tf.dispose(losses)
  for (const tensors of [weights, mixtures, alphas]) if (tensors) tf.dispose([...tensors.values()])
  for (const { mean, variance } of statistics?.values() ?? []) tf.dispose([mean, variance])
}
