import * as tf from '@tensorflow/tfjs-core'
import { anotherCheckpoint } from '../base/errors.js'
import type { PreparedData } from '../data/types.js'
import { moveAverage } from '../nn/moving-average.js'
import type { Part, Term } from '../objective/terms/types.js'
import { actingTerms, type Acting } from '../schedule/acting.js'
import { rowAt, type LambdaRow } from '../schedule/table.js'
import type { CompiledPhase } from '../schedule/types.js'
import type { SupernetModel } from '../supernet/model.js'
import { probesOf, tapsOf, withProbes } from '../train/activations.js'
import type { Batching } from '../train/batching.js'
import { batchGradients } from '../train/gradients.js'
import { judgedNetwork, modelNetwork } from '../train/network.js'
import { learningRateAt, optimizer } from '../train/optimizer.js'
import type { Pass, Hands, StepOrder } from '../train/order.js'
import { perform } from '../train/order.js'
import { executorOf } from '../train/recorded-passes.js'
import { runningSums } from '../train/running-sums.js'
import type { Gradients, Shard } from '../train/shard.js'
import { stepWeights, updateStatistics, type WeightedTerm } from '../train/update.js'
import { gateScale } from './gates/gate-scale.js'
import { gateTime, travelOf } from './gates/gate-time.js'
import { keptGradients } from './gates/kept-gradients.js'
import { lookAhead } from './gates/look-ahead.js'
import { gateStepper } from './gates/step-gates.js'
import { readsInitial } from './initial.js'
import { archBatching } from './modes/arch-batching.js'
import { openGroups, trainedWeights } from './modes/moving-parts.js'
import { aheadOrder, searchOrder } from './modes/order.js'
import { alternation, singlePath, type Alternation } from './modes/single-paths.js'
import { unrolledGradients } from './modes/unrolled.js'
import { prefixed, withPrefix } from './named-arrays.js'
import type { SearchContext, Stepper } from './state.js'

/** One iteration: its number, rows, phase and λ. */
interface Now extends Alternation {
  readonly t: number
  readonly shards: readonly Shard[]
  readonly phase: CompiledPhase
  readonly lambdas: LambdaRow
  /** The number of iterations for which it stands. */
  readonly span: number
}

/** A step whose gates are stepped: its λ, and the distance of the step. */
interface Moving {
  readonly lambdas: LambdaRow
  /** The number of iterations over which gates move their whole distance. */
  readonly duration: number
}

/** The stepper of a model: SGD or Adam for weights, proximal steps or Adam for gates. */
export function supernetStepper(model: SupernetModel, data: PreparedData, context: SearchContext): Stepper {
  const { schedule, terms, loss } = context
  const weightOptimizer = optimizer(context.options.weights)
  const alphaOptimizer = optimizer({ optimizer: 'adam', momentum: 0, beta2: 0.999 })
  const executor = executorOf(context.execute)
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

  /** The gradients of the losses and of terms on activations. Parts that do not move are left out. */
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
        execute: executor.execute,
        // Passes for weights and for gates on separate batches also draw separate random numbers.
        draws: { seed: context.random.seed, purpose: `search ${parts.join(' ')}`, t },
      },
    )
  }

  const rateAt = (t: number): number => learningRateAt(context.options.weights, t, schedule.steps)

  const pass = ({ of, on, through }: Pass, now: Now): Gradients => {
    const shards = on === 'train' ? now.shards : archBatches!.at(now.t)
    if (through === 'single-paths')
      return gradientsOf(now, shards, of, singlePath(model, now.open, context.random, now.t))
    if (through === 'network') return gradientsOf(now, shards, of)
    const passOn = (rows: readonly Shard[]) => (parts: readonly Part[]) => gradientsOf(now, rows, parts)
    return unrolledGradients(model.weights, rateAt(now.t), {
      train: passOn(now.shards),
      arch: passOn(shards),
    })
  }

  let moving: Moving | undefined
  const gates = gateStepper(model, {
    optimizer: alphaOptimizer,
    scale,
    rateOf: (group) => travelOf(model, group, context.options.gates.travel) / moving!.duration,
    terms: (layer, groups) =>
      acting.onGates(layer, groups, moving!.lambdas).map(({ term, column, ...how }) => ({
        ...how,
        term: termOf(terms, term),
        lambda: () => moving!.lambdas.columns[column]!,
      })),
    latency: context.latency,
  })

  const stepGatesAt = (
    { lambdas, share, span }: Now,
    { alphas }: Pick<Gradients, 'alphas'>,
    open = openGroups(model),
  ): void => {
    // Gates that wait in some iterations move further in the others, so that the total distance is the same.
    moving = { lambdas, duration: (time * share) / span }
    gates.step(open, alphas, acting.acts(lambdas))
  }

  const hands: Hands<Now> = {
    pass,
    'step-weights': (gradients, { t, lambdas }) => {
      stepWeights(model.weights, gradients, {
        optimizer: weightOptimizer,
        learningRate: rateAt(t),
        clipNorm: context.options.weights.clipNorm,
        terms: (layer, name) => acting.onWeights(layer, name, lambdas).map(weighted),
        acts: acting.acts(lambdas),
        lambdaOf: ({ column }) => lambdas.columns[column]!,
        initial: (name) => model.initial(name),
      })
    },
    'move-statistics': ({ statistics }) => {
      updateStatistics(model.weights, statistics)
    },
    'scale-gates': ({ alphas }, { lambdas }) => {
      scale.observe(alphas, lambdas.task > 0)
    },
    'step-gates': (gradients, now) => {
      stepGatesAt(now, gradients)
    },
    'keep-gradients': ({ alphas }) => {
      kept.keep(alphas, scale)
    },
    'move-average': (_, { t }) => {
      moveAverage(model.judged, model.weights, t)
    },
    'add-losses': ({ losses }) => {
      sums.add(losses)
    },
  }

  const orderOf = ({ waits, phase }: Now): StepOrder => {
    const gates = waits ? 'wait' : phase.gates
    // If all choices are made, gates need no rows of their own.
    const apart = gates === 'move' && openGroups(model).length > 0
    return searchOrder({ mode: apart ? mode : 'joint', gates, average: context.options.average })
  }

  /** Performs the step of a look-ahead. Returns the gradients that moved the gates; the caller owns them. */
  const stepAhead = (now: Now): Gradients['alphas'] => {
    const taken = new Map<string, tf.Tensor1D>()
    const keep: Hands<Now>['keep-gradients'] = ({ alphas }) => {
      for (const [group, gradient] of alphas) taken.set(group, tf.clone(gradient))
    }
    try {
      perform(aheadOrder(mode), { ...hands, 'keep-gradients': keep }, now)
      return taken
    } catch (error) {
      tf.dispose([...taken.values()])
      throw error
    }
  }

  const weighted = ({ term, ...how }: Acting): WeightedTerm & Pick<Acting, 'column'> => ({
    ...how,
    term: termOf(terms, term),
  })

  const temperatureAt = (t: number): number => model.relaxation.temperatureAt?.(t) ?? 1

  return {
    network: judgedNetwork(model),
    step(t, shards, phase, lambdas = rowAt(schedule, t), span = 1) {
      const now = { ...alternation(model, phase, t), t, shards, phase, lambdas, span }
      sums.begin()
      model.temperature = temperatureAt(t)
      // While gates wait, the gradients that last moved them are kept, because they may still be reported.
      if (!now.waits || phase.gates === 'hold') kept.clear()
      perform(orderOf(now), hands, now)
    },
    lookAhead(t, shards, phase, lambdas, { metric, moves, span = 1 }) {
      if (phase.gates === 'hold' || openGroups(model).length === 0) return undefined
      model.temperature = temperatureAt(t)
      const batches = (aheadBatches ??= archBatching(data, context, 'look-ahead'))
      const { columns } = schedule
      const paths = alternation(model, phase, t)
      const now = (row: LambdaRow): Now => ({ ...paths, t, shards, phase, lambdas: row, span })
      const taskOnly = { task: 1, reconstruction: 0, columns: new Float64Array(columns.length).fill(NaN) }
      return lookAhead(
        {
          model,
          scale,
          columns,
          latency: context.latency,
          optimizers: { weights: weightOptimizer, alphas: alphaOptimizer },
          step: (row) => stepAhead(now(row)),
          stepLayer(layer, row, alphas) {
            stepGatesAt(now(row), { alphas }, openGroups(model, layer))
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
      if (checkpoint.identity !== context.identity) throw anotherCheckpoint()
      model.restore(
        checkpoint.members,
        withPrefix(checkpoint.arrays, 'w/'),
        withPrefix(checkpoint.arrays, 'a/'),
        checkpoint.totals,
      )
      // The checkpoint of a finished search has no average.
      const average = withPrefix(checkpoint.arrays, 'm/')
      if (average.size > 0) model.keepAverage(average)
      else model.dropAverage()
      weightOptimizer.restore(withPrefix(checkpoint.arrays, 's/'), (name) => model.weights.get(name).shape)
      sums.restore(checkpoint.progress)
      kept.restore(withPrefix(checkpoint.arrays, 'k/'))
      // Before the next step, gates are read at the temperature of the last step, as in a search that never
      // stopped.
      model.temperature = temperatureAt(Math.max(0, checkpoint.step - 1))
      alphaOptimizer.restore(withPrefix(checkpoint.arrays, 't/'), (name) => model.alpha(name).shape)
      scale.restore(withPrefix(checkpoint.arrays, 'g/'))
    },
    dispose() {
      kept.dispose()
      gates.dispose()
      weightOptimizer.dispose()
      alphaOptimizer.dispose()
      scale.dispose()
      sums.dispose()
      executor.dispose()
    },
  }
}

const termOf = (terms: readonly Term[], name: string): Term => terms.find((term) => term.name === name)!
