import * as tf from '@tensorflow/tfjs-core'
import type { Recorder, Rehearsed, Tape, Workspaces } from '../backend/recorder.js'
import { feedsOf, strengthsOf, type Feeds } from './feeds.js'
import { disposeGradients } from './gradient-memory.js'
import { fedGradients } from './gradients.js'
import { mixturesRead, type PassNetwork } from './network.js'
import type { BatchDraws, ShardGradients, ShardWork } from './shard.js'

/**
 * A recorded pass: the calls of its kernels, the tensors that it reads, and the tensors to which it writes
 * its gradients.
 */
export interface Take {
  readonly recorder: Recorder
  readonly tape: Tape
  readonly feeds: Feeds
  readonly mixtures: ReadonlyMap<string, tf.Tensor1D>
  readonly gradients: ShardGradients
  readonly alphaSlots: Map<string, tf.Tensor1D>
  /** The places where the recorded calls read the parameters. */
  readonly parameters: readonly (readonly [name: string, place: number])[]
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
  recorder: Recorder,
  network: PassNetwork,
  work: ShardWork,
): { result: ShardGradients; rehearsed: Rehearsed } {
  const feeds = feedsOf(network, work)
  try {
    // The mixture weights are fed: computing them is not part of the recorded pass.
    for (const group of mixturesRead(network.graph)) feeds.mixture(group)
    return recorder.rehearse(() => fedGradients(network, work, feeds))
  } finally {
    feeds.dispose()
  }
}

/**
 * Computes a pass that was rehearsed, and records it in a workspace of `spaces`. The caller ends the take.
 * Throws NotRecordable if the pass differs from what was rehearsed, or if its memory cannot be allocated.
 */
export function record(
  recorder: Recorder,
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
      parameters.set(name, recorder.placeOf(tensor))
      return tensor
    },
  }
  try {
    const { result, tape } = recorder.record(
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
      recorder,
      tape,
      feeds,
      mixtures,
      now,
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
const following = (now: Take['now']): BatchDraws & { shard: number } => ({
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
export const isInPlace = (recorder: Recorder, take: Take, network: PassNetwork): boolean =>
  take.recorder === recorder &&
  take.parameters.every(([name, place]) => recorder.placeOf(network.weights.get(name)) === place)

/** Writes a batch, its mixture weights and λ to where the recorded calls read them. */
export function feed(take: Take, network: PassNetwork, work: ShardWork): void {
  const { recorder, feeds, mixtures, now } = take
  const { input, targets, taught, probe, strengths, weights } = feeds
  const numbers = (tensor: tf.Tensor) => recorder.view(recorder.placeOf(tensor), tensor.size)
  now.draws = work.draws
  numbers(input).set(work.shard.inputs)
  numbers(targets).set(work.shard.targets)
  if (taught) numbers(taught).set(work.shard.taught!)
  if (probe) numbers(probe).set(work.shard.probe!)
  strengthsOf(work).forEach((strength, i) => (numbers(strengths[i]!)[0] = strength))
  for (const [role, weight] of weights) numbers(weight)[0] = work.lossWeights[role]!
  if (network.mixInto) return network.mixInto(mixtures)
  tf.tidy(() => {
    for (const [group, mixture] of mixtures) {
      const given = network.mixture(group, mixture)
      if (given !== mixture) numbers(mixture).set(numbers(given))
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

function free({ recorder, tape, feeds, gradients, alphaSlots }: Take): void {
  disposeGradients(gradients)
  tf.dispose([...alphaSlots.values()])
  feeds.dispose()
  recorder.erase(tape)
}
