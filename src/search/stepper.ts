import * as tf from '@tensorflow/tfjs-core'
import { InputError } from '../base/errors.js'
import type { PreparedData } from '../data/types.js'
import { moveAverage } from '../nn/moving-average.js'
import type { Part, Term } from '../objective/terms/types.js'
import { actingTerms, type Acting } from '../schedule/acting.js'
import { rowAt, type LambdaRow } from '../schedule/table.js'
import type { CompiledPhase } from '../schedule/types.js'
import type { SupernetModel } from '../supernet/model.js'
import { probesOf, tapsOf, withProbes } from '../train/activations.js'
import type { Batching } from '../train/batching.js'
import { batchGradients, disposeGradients } from '../train/gradients.js'
import { judgedNetwork, modelNetwork } from '../train/network.js'
import { learningRateAt, optimizer } from '../train/optimizer.js'
import { runningSums } from '../train/running-sums.js'
import type { Gradients, Shard } from '../train/shard.js'
import { stepWeights, updateStatistics, type WeightedTerm } from '../train/update.js'
import { gateScale } from './gates/gate-scale.js'
import { gateTime, travelOf } from './gates/gate-time.js'
import { keptGradients } from './gates/kept-gradients.js'
import { lookAhead } from './gates/look-ahead.js'
import { inUnits, stepGates } from './gates/step-gates.js'
import { readsInitial } from './initial.js'
import { archBatching } from './modes/arch-batching.js'
import { openGroups, trainedWeights } from './modes/moving-parts.js'
import { alternation, singlePath } from './modes/single-paths.js'
import { unrolledGradients } from './modes/unrolled.js'
import { prefixed, withPrefix } from './named-arrays.js'
import type { SearchContext, Stepper } from './state.js'

/** An iteration: when, in which phase, with which λ. */
interface Now {
  readonly t: number
  readonly phase: CompiledPhase
  readonly lambdas: LambdaRow
  /** Of iterations in which gates move: they wait in the others. */
  readonly share: number
}

/** The stepper of a model: SGD or Adam for weights, proximal steps or Adam for gates. */
export function supernetStepper(model: SupernetModel, data: PreparedData, context: SearchContext): Stepper {
  const { schedule, terms, loss } = context
  const weightOptimizer = optimizer(context.options.weights)
  const alphaOptimizer = optimizer({ optimizer: 'adam', momentum: 0, beta2: 0.999 })
  const { mode } = context.options
  const archBatches = mode === 'joint' ? undefined : archBatching(data, context, 'arch')
  let aheadBatches: Batching | undefined
  const acting = actingTerms(schedule)
  if (readsInitial(schedule, terms)) model.keepInitial()
  if (context.options.average) model.keepAverage()
  const sums = runningSums()
  const kept = keptGradients()
  const time = gateTime(schedule)
  const scale = gateScale(model.origin)

  const gradientsOf = (
    { t, phase, lambdas }: Now,
    shards: readonly Shard[],
    parts: readonly Part[],
    network = modelNetwork(model, t),
  ): Gradients => {
    const taps = tapsOf(network.graph, model.supernet.layers, (layer) =>
      acting.onActivations(layer, lambdas).map(({ term, lambda }) => ({
        action: termOf(terms, term).activations!,
        lambda,
      })),
    )
    return batchGradients(
      network,
      data.dataset.shape,
      probesOf(taps).length > 0 ? withProbes(shards, context.random, t) : shards,
      {
        task: lambdas.task,
        reconstruction: lambdas.reconstruction,
        loss,
      },
      {
        weights: parts.includes('weights') ? trainedWeights(model, phase) : [],
        alphas: parts.includes('gates') && phase.gates === 'move' ? openGroups(model) : [],
      },
      {
        taps,
        execute: context.execute,
        // Weights and gates on batches of their own draw apart, too.
        draws: { seed: context.random.seed, purpose: `search ${parts.join(' ')}`, t },
      },
    )
  }

  /** Those of the gates' own step: as they are, or one step of the weights ahead. */
  const archGradients = (now: Now, train: readonly Shard[], arch: readonly Shard[]): Gradients => {
    if (mode === 'alternating') return gradientsOf(now, arch, ['gates'])
    const pass = (shards: readonly Shard[]) => (parts: readonly Part[]) => gradientsOf(now, shards, parts)
    const rate = learningRateAt(context.options.weights, now.t, schedule.steps)
    return unrolledGradients(model.weights, rate, { train: pass(train), arch: pass(arch) })
  }

  const stepWeightsAt = (now: Now, gradients: Gradients): void => {
    stepWeightsOnly(now, gradients)
    updateStatistics(model.weights, gradients.statistics)
  }

  const stepWeightsOnly = ({ t, lambdas }: Now, gradients: Gradients): void => {
    stepWeights(model.weights, gradients, {
      optimizer: weightOptimizer,
      learningRate: learningRateAt(context.options.weights, t, schedule.steps),
      clipNorm: context.options.weights.clipNorm,
      terms: (layer, name) => acting.onWeights(layer, name, lambdas).map(weighted),
      initial: (name) => model.initial(name),
    })
  }

  const stepGatesAt = ({ lambdas, share }: Now, gradients: Gradients, open = openGroups(model)): void => {
    // Gates that wait in other iterations go as far in those that are left.
    const duration = time * share
    stepGates(model, open, gradients, {
      optimizer: alphaOptimizer,
      scale,
      rateOf: (group) => travelOf(model, group, context.options.gates.travel) / duration,
      terms: (layer, groups) => acting.onGates(layer, groups, lambdas).map(weighted),
      latency: context.latency,
    })
  }

  /** Weights and gates, in the order of the mode. The gradients by which the gates went are the caller's. */
  const stepAhead = (now: Now, shards: readonly Shard[]): Gradients => {
    const gates = archBatches
      ? archGradients(now, shards, archBatches.at(now.t))
      : gradientsOf(now, shards, ['weights', 'gates'])
    scale.observe(gates.alphas, now.lambdas.task > 0)
    stepGatesAt(now, gates)
    const weights = archBatches ? gradientsOf(now, shards, ['weights']) : gates
    stepWeightsOnly(now, weights)
    if (weights !== gates) disposeGradients(weights)
    return gates
  }

  const keepGradients = ({ alphas }: Gradients): void => {
    for (const [group, gradient] of alphas)
      tf.tidy(() => {
        kept.keep(group, inUnits(gradient, scale.of(group))!)
      })
  }

  const weighted = ({ term, ...how }: Acting): WeightedTerm => ({ ...how, term: termOf(terms, term) })

  return {
    network: judgedNetwork(model),
    step(t, shards, phase, lambdas = rowAt(schedule, t)) {
      const start = performance.now()
      const { open, waits, share } = alternation(model, phase, t)
      const now = { t, phase, lambdas, share }
      model.temperature = model.relaxation.temperatureAt?.(t) ?? 1
      const moves = phase.gates === 'move' && !waits
      // What gates that wait were drawn by is still to be told.
      if (moves || phase.gates === 'hold') kept.clear()
      const separate = archBatches && moves && openGroups(model).length > 0
      if (separate) {
        const gradients = archGradients(now, shards, archBatches.at(t))
        scale.observe(gradients.alphas, lambdas.task > 0)
        stepGatesAt(now, gradients)
        keepGradients(gradients)
        disposeGradients(gradients)
      }
      const gradients = waits
        ? gradientsOf(now, shards, ['weights'], singlePath(model, open, context.random, t))
        : gradientsOf(now, shards, separate ? ['weights'] : ['weights', 'gates'])
      // Batch norms are judged in the mixture.
      if (waits) stepWeightsOnly(now, gradients)
      else stepWeightsAt(now, gradients)
      if (!separate && moves) {
        scale.observe(gradients.alphas, lambdas.task > 0)
        stepGatesAt(now, gradients)
        keepGradients(gradients)
      }
      if (context.options.average) moveAverage(model.judged, model.weights, t)
      sums.add(gradients.losses, performance.now() - start)
      disposeGradients(gradients)
    },
    lookAhead(t, shards, phase, lambdas, { metric, moves }) {
      if (phase.gates === 'hold' || openGroups(model).length === 0) return undefined
      model.temperature = model.relaxation.temperatureAt?.(t) ?? 1
      const batches = (aheadBatches ??= archBatching(data, context, 'look-ahead'))
      const { columns } = schedule
      const { share } = alternation(model, phase, t)
      const now = (row: LambdaRow): Now => ({ t, phase, lambdas: row, share })
      const taskOnly = { task: 1, reconstruction: 0, columns: new Float64Array(columns.length).fill(NaN) }
      return lookAhead(
        {
          model,
          scale,
          columns,
          latency: context.latency,
          optimizers: { weights: weightOptimizer, alphas: alphaOptimizer },
          step: (row) => stepAhead(now(row), shards),
          stepLayer(layer, row, gradients) {
            stepGatesAt(now(row), gradients, openGroups(model, layer))
          },
          measure: () => gradientsOf(now(taskOnly), batches.at(t), ['gates']),
        },
        lambdas,
        metric,
        moves,
      )
    },
    lossGradient: (group) => kept.read(group),
    scales: () => scale.read(),
    prune(group, members) {
      const cut = model.prune(group, members)
      const standing = new Set(model.supernet.groups.map(({ name }) => name))
      kept.follow(standing, cut.alphas)
      scale.follow(standing, cut.alphas)
      weightOptimizer.follow(new Set(model.weights.specs.map(({ name }) => name)), cut.weights)
      alphaOptimizer.follow(standing, cut.alphas)
    },
    drain: (progress) => sums.drain(progress),
    drainInto(progress) {
      sums.drainInto(progress)
    },
    checkpoint: () => ({
      members: Object.fromEntries(model.supernet.groups.map((g) => [g.name, g.members.map((m) => m.name)])),
      totals: model.totals(),
      arrays: new Map([
        ...prefixed('w/', model.weights.values()),
        ...(model.judged === model.weights ? [] : prefixed('m/', model.judged.values())),
        ...prefixed('a/', model.alphaValues()),
        ...prefixed('s/', weightOptimizer.values()),
        ...prefixed('t/', alphaOptimizer.values()),
        ...prefixed('g/', scale.values()),
        ...prefixed('k/', kept.values()),
      ]),
    }),
    restore(checkpoint) {
      if (checkpoint.identity !== context.identity)
        throw new InputError('checkpoint: it belongs to another configuration or other data; start a new run')
      model.restore(
        checkpoint.members,
        withPrefix(checkpoint.arrays, 'w/'),
        withPrefix(checkpoint.arrays, 'a/'),
        checkpoint.totals,
      )
      // A search that is over has none.
      const average = withPrefix(checkpoint.arrays, 'm/')
      if (average.size > 0) model.keepAverage(average)
      else model.dropAverage()
      weightOptimizer.restore(withPrefix(checkpoint.arrays, 's/'), (name) => model.weights.get(name).shape)
      sums.restore(checkpoint.progress)
      kept.restore(withPrefix(checkpoint.arrays, 'k/'))
      // What is looked at before the next step, a search that never stopped sees at the last step's.
      model.temperature = model.relaxation.temperatureAt?.(Math.max(0, checkpoint.step - 1)) ?? 1
      alphaOptimizer.restore(withPrefix(checkpoint.arrays, 't/'), (name) => model.alpha(name).shape)
      scale.restore(withPrefix(checkpoint.arrays, 'g/'))
    },
    dispose() {
      kept.clear()
      weightOptimizer.dispose()
      alphaOptimizer.dispose()
      scale.dispose()
      sums.dispose()
    },
  }
}

const termOf = (terms: readonly Term[], name: string): Term => terms.find((term) => term.name === name)!
