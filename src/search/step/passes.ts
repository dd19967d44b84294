import type { PreparedData } from '../../data/types.js'
import type { Part } from '../../objective/terms/types.js'
import { termOf, type ActingTerms } from '../../schedule/acting.js'
import type { SupernetModel } from '../../supernet/model.js'
import { probesOf, tapsOf, withProbes } from '../../train/activations.js'
import { batchGradients } from '../../train/gradients.js'
import { modelNetwork, type Network } from '../../train/network.js'
import { learningRateAt } from '../../train/learning-rate.js'
import type { Pass } from '../../train/order.js'
import { executorOf } from '../../train/recorded-passes.js'
import type { Gradients, Shard } from '../../train/shard.js'
import { archBatching } from '../modes/arch-batching.js'
import { openGroups, trainedWeights } from '../modes/moving-parts.js'
import { singlePath } from '../modes/single-paths.js'
import { unrolledGradients } from '../modes/unrolled.js'
import type { SearchContext } from '../state.js'
import type { Iteration } from './iteration.js'

/** Computes the passes of iterations. It owns recordings; dispose it after use. */
export interface Passes {
  /**
   * The gradients of the losses and of terms on activations, which the caller owns. Parts that do not move
   * are left out.
   */
  gradients(now: Iteration, shards: readonly Shard[], parts: readonly Part[], network?: Network): Gradients
  /** A pass of a step's order. */
  pass(pass: Pass, now: Iteration): Gradients
  /** The learning rate of weights. */
  rateAt(t: number): number
  dispose(): void
}

/** Passes through a model, by the executor of the context or by one of their own. */
export function passesOf(
  model: SupernetModel,
  data: PreparedData,
  context: SearchContext,
  acting: ActingTerms,
): Passes {
  const { loss, terms, random, schedule } = context
  const executor = executorOf(context.execute)
  const archBatches = context.options.mode === 'joint' ? undefined : archBatching(data, context, 'arch')

  const gradients: Passes['gradients'] = (
    { t, phase, lambdas },
    shards,
    parts,
    network = modelNetwork(model, t),
  ) => {
    const taps = tapsOf(network.graph, model.supernet.layers, (layer) =>
      acting.onActivations(layer, lambdas).map(({ term, lambda }) => ({
        action: termOf(terms, term).activations!,
        lambda,
      })),
    )
    return batchGradients(
      network,
      data.dataset.shape,
      probesOf(taps).length > 0 ? withProbes(shards, random, t) : shards,
      { task: lambdas.task, reconstruction: lambdas.reconstruction, loss },
      {
        weights: parts.includes('weights') ? trainedWeights(model, phase) : [],
        alphas: parts.includes('gates') && phase.gates === 'move' ? openGroups(model) : [],
      },
      {
        taps,
        execute: executor.execute,
        // Passes for weights and for gates on separate batches also draw separate random numbers.
        draws: { seed: random.seed, purpose: `search ${parts.join(' ')}`, t },
      },
    )
  }

  // Interventions change the options.
  const rateAt = (t: number): number => learningRateAt(context.options.weights, t, schedule.steps)

  return {
    gradients,
    rateAt,
    pass({ of, on, through }, now) {
      const shards = on === 'train' ? now.shards : archBatches!.at(now.t)
      if (through === 'single-paths')
        return gradients(now, shards, of, singlePath(model, now.open, random, now.t))
      if (through === 'network') return gradients(now, shards, of)
      const passOn = (rows: readonly Shard[]) => (parts: readonly Part[]) => gradients(now, rows, parts)
      return unrolledGradients(model.weights, rateAt(now.t), {
        train: passOn(now.shards),
        arch: passOn(shards),
      })
    },
    dispose() {
      executor.dispose()
    },
  }
}
