import * as tf from '@tensorflow/tfjs-core'
import type { Device } from '../backend/wasm/device.js'
import type { Tape } from '../backend/wasm/recording.js'
import type { Rehearsed } from '../backend/wasm/rehearsal.js'
import type { Workspaces } from '../backend/wasm/workspace.js'
import { feedsOf, strengthsOf, type Feeds } from './feeds.js'
import { disposeGradients, fedGradients } from './gradients.js'
import { mixturesRead, type PassNetwork } from './network.js'
import type { Draws, ShardGradients, ShardWork } from './shard.js'

/**
 * A recorded pass: the calls of its kernels, the tensors that it reads, and the tensors to which it writes
 * its gradients.
 */
export interface Take {
  readonly device: Device
  readonly tape: Tape
  readonly feeds: Feeds
  readonly mixtures: ReadonlyMap<string, tf.Tensor1D>
  readonly gradients: ShardGradients
  readonly alphaSlots: Map<string, tf.Tensor1D>
  /** The addresses at which the recorded calls read the parameters. */
  readonly parameters: readonly (readonly [name: string, address: number])[]
  /** The source of the random numbers that the next replay draws. */
  readonly now: { draws: ShardWork['draws'] }
  /** Whether somebody still reads its gradients. */
  lent: boolean
  /** Whether it is to be freed as soon as nobody reads its gradients any more. */
  ended: boolean
}

/**
 * Computes a pass by operations, and finds out what a recording of it needs. Throws NotRecordable if it
 * cannot be recorded.
 */
export function rehearse(
  device: Device,
  network: PassNetwork,
  work: ShardWork,
): { result: ShardGradients; rehearsed: Rehearsed } {
  const feeds = feedsOf(network, work)
  try {
    // The mixture weights are fed: computing them is not part of the recorded pass.
    for (const group of mixturesRead(network.graph)) feeds.mixture(group)
    return device.rehearse(() => fedGradients(network, work, feeds))
  } finally {
    feeds.dispose()
  }
}

/**
 * Computes a pass that was rehearsed, and records it in a workspace of `spaces`. The caller ends the take.
 * Throws NotRecordable if the pass differs from what was rehearsed, or if its memory cannot be allocated.
 */
export function record(
  device: Device,
  rehearsed: Rehearsed,
  network: PassNetwork,
  work: ShardWork,
  spaces: Workspaces,
): Take {
  const feeds = feedsOf(network, work)
  const now = { draws: work.draws }
  const mixtures = new Map(mixturesRead(network.graph).map((group) => [group, feeds.mixture(group)]))
  const parameters = new Map<string, number>()
  const weights = {
    get(name: string) {
      const tensor = network.weights.get(name)
      parameters.set(name, device.pointer(tensor))
      return tensor
    },
  }
  try {
    const { result, tape } = device.record(
      rehearsed,
      () =>
        fedGradients(
          { graph: network.graph, weights },
          { ...work, draws: work.draws && following(now) },
          feeds,
        ),
      spaces,
    )
    return {
      ...{ device, tape, feeds, mixtures, now },
      gradients: result,
      alphaSlots: new Map(),
      parameters: [...parameters],
      lent: false,
      ended: false,
    }
  } catch (error) {
    feeds.dispose()
    throw error
  }
}

/** The draws of whichever batch is the current one. */
const following = (now: Take['now']): Draws & { shard: number } => ({
  seed: now.draws!.seed,
  get purpose() {
    return now.draws!.purpose
  },
  get t() {
    return now.draws!.t
  },
  get shard() {
    return now.draws!.shard
  },
  get dropPath() {
    return now.draws!.dropPath ?? 1
  },
})

/** Whether the network's parameters still lie where a take reads them. */
export const isInPlace = (device: Device, take: Take, network: PassNetwork): boolean =>
  take.device === device &&
  take.parameters.every(([name, address]) => device.pointer(network.weights.get(name)) === address)

/** Writes a batch, its mixture weights and λ to where the recorded calls read them. */
export function feed(take: Take, network: PassNetwork, work: ShardWork): void {
  const { device, feeds, mixtures, now } = take
  const { input, targets, taught, probe, strengths, weights } = feeds
  now.draws = work.draws
  device.numbers(input).set(work.shard.inputs)
  device.numbers(targets).set(work.shard.targets)
  if (taught) device.numbers(taught).set(work.shard.taught!)
  if (probe) device.numbers(probe).set(work.shard.probe!)
  strengthsOf(work).forEach((strength, i) => (device.numbers(strengths[i]!)[0] = strength))
  for (const [role, weight] of weights) device.numbers(weight)[0] = work.lossWeights[role]!
  if (network.mixInto) return network.mixInto(mixtures)
  tf.tidy(() => {
    for (const [group, mixture] of mixtures) {
      const given = network.mixture(group, mixture)
      if (given !== mixture) device.numbers(mixture).set(device.numbers(given))
    }
  })
}

/** Lends the gradients of a take until `giveBack` is called. */
export function lend(take: Take): ShardGradients {
  take.lent = true
  return {
    ...take.gradients,
    alphaSlots: take.alphaSlots,
    giveBack() {
      take.lent = false
      if (take.ended) free(take)
    },
  }
}

/** Frees a take at once, or, if its gradients are still lent, when they are given back. */
export function end(take: Take): void {
  take.ended = true
  if (!take.lent) free(take)
}

function free({ device, tape, feeds, gradients, alphaSlots }: Take): void {
  disposeGradients(gradients)
  tf.dispose([...alphaSlots.values()])
  feeds.dispose()
  device.erase(tape)
}
