import * as tf from '@tensorflow/tfjs-core'
import type { PreparedData } from '../data/types.js'
import { actingTerms } from '../schedule/acting.js'
import { rowAt, type LambdaRow } from '../schedule/table.js'
import type { SupernetModel } from '../supernet/model.js'
import type { Batching } from '../train/batching.js'
import { judgedNetwork } from '../train/network.js'
import { perform, type Hands, type StepOrder } from '../train/order.js'
import type { Gradients } from '../train/shard.js'
import { lookAhead } from './gates/look-ahead.js'
import { readsInitial } from './initial.js'
import { archBatching } from './modes/arch-batching.js'
import { openGroups } from './modes/moving-parts.js'
import { aheadOrder, searchOrder } from './modes/order.js'
import { alternation } from './modes/single-paths.js'
import type { SearchContext, Stepper } from './state.js'
import { gateSteps, handsOf } from './step/hands.js'
import type { Iteration } from './step/iteration.js'
import { moved } from './step/moved.js'
import { passesOf } from './step/passes.js'

/** The stepper of a model: SGD or Adam for weights, proximal steps or Adam for gates. */
export function supernetStepper(model: SupernetModel, data: PreparedData, context: SearchContext): Stepper {
  const { schedule, terms } = context
  const acting = actingTerms(schedule)
  // First, because it refuses data without rows for gates, and nothing is allocated yet.
  const passes = passesOf(model, data, context, acting)
  if (readsInitial(schedule, terms)) model.keepInitial()
  if (context.options.average) model.keepAverage()
  const all = moved(model, context)
  const gates = gateSteps(all, context, acting)
  const hands = handsOf(all, context, { acting, passes, gates })
  const { scale, kept, sums } = all
  let aheadBatches: Batching | undefined

  const orderOf = ({ waits, phase }: Iteration): StepOrder => {
    const gates = waits ? 'wait' : phase.gates
    const { mode, average } = context.options
    // If all choices are made, gates need no rows of their own.
    const hasMovingGates = gates === 'move' && openGroups(model).length > 0
    return searchOrder({ mode: hasMovingGates ? mode : 'joint', gates, average })
  }

  return {
    network: judgedNetwork(model),
    step(t, shards, phase, lambdas = rowAt(schedule, t), span = 1) {
      const now = { ...alternation(model, phase, t), t, shards, phase, lambdas, span }
      sums.begin()
      all.warm(t)
      // While gates wait, the gradients that last moved them are kept, because they may still be reported.
      if (!now.waits || phase.gates === 'hold') kept.clear()
      perform(orderOf(now), hands, now)
    },
    lookAhead(t, shards, phase, lambdas, { metric, moves, span = 1 }) {
      if (phase.gates === 'hold' || openGroups(model).length === 0) return undefined
      all.warm(t)
      const batches = (aheadBatches ??= archBatching(data, context, 'look-ahead'))
      const { columns } = schedule
      const paths = alternation(model, phase, t)
      const now = (row: LambdaRow): Iteration => ({ ...paths, t, shards, phase, lambdas: row, span })
      const taskOnly = { task: 1, reconstruction: 0, columns: new Float64Array(columns.length).fill(NaN) }
      return lookAhead(
        {
          model,
          scale,
          columns,
          latency: context.latency,
          optimizers: { weights: all.weightOptimizer, alphas: all.alphaOptimizer },
          step: (row) => stepAhead(aheadOrder(context.options.mode), hands, now(row)),
          stepLayer(layer, row, alphas) {
            gates.step(now(row), { alphas }, openGroups(model, layer))
          },
          measure: () => passes.gradients(now(taskOnly), batches.at(t), ['gates']),
        },
        lambdas,
        metric,
        moves,
      )
    },
    lossGradient: (group) => kept.read(group),
    scales: () => scale.read(),
    prune(group, members) {
      all.prune(group, members)
    },
    drain: (progress) => sums.drain(progress),
    drainInto(progress) {
      sums.drainInto(progress)
    },
    checkpoint: () => all.checkpoint(),
    restore(checkpoint) {
      all.restore(checkpoint)
    },
    dispose() {
      gates.dispose()
      passes.dispose()
      all.dispose()
    },
  }
}

/** Performs the step of a look-ahead. Returns the gradients that moved the gates; the caller owns them. */
function stepAhead(order: StepOrder, hands: Hands<Iteration>, now: Iteration): Gradients['alphas'] {
  const taken = new Map<string, tf.Tensor1D>()
  const keep: Hands<Iteration>['keep-gradients'] = ({ alphas }) => {
    for (const [group, gradient] of alphas) taken.set(group, tf.clone(gradient))
  }
  try {
    perform(order, { ...hands, 'keep-gradients': keep }, now)
    return taken
  } catch (error) {
    tf.dispose([...taken.values()])
    throw error
  }
}
