import * as tf from '@tensorflow/tfjs-core'
import type { LookAhead, LambdaMove } from '../../schedule/observed.js'
import type { LambdaRow } from '../../schedule/table.js'
import type { ScheduleColumn } from '../../schedule/types.js'
import type { SupernetModel } from '../../supernet/model.js'
import type { MemberMetric, Latency } from '../../supernet/types.js'
import { disposeGradients } from '../../train/gradient-memory.js'
import type { Optimizer } from '../../train/optimizer.js'
import type { Gradients } from '../../train/shard.js'
import type { GateScale } from './gate-scale.js'
import { effective, layerCost } from './layer-cost.js'
import { layerGates } from './layer-gates.js'
import { memberCosts, sumOfMembers } from './member-costs.js'

/** The parts of a search's step from which a look-ahead is composed. */
export interface AheadStep {
  readonly model: SupernetModel
  readonly columns: readonly ScheduleColumn[]
  readonly latency: Latency | undefined
  readonly scale: GateScale
  readonly optimizers: { readonly weights: Optimizer; readonly alphas: Optimizer }
  /** Steps weights and gates. Returns the gradients that moved the gates; the caller owns them. */
  step(row: LambdaRow): Gradients['alphas']
  /** Steps the gates of a layer by known gradients. */
  stepLayer(layer: string, row: LambdaRow, gradients: Gradients['alphas']): void
  /**
   * The task loss on a batch of `arch` and its gradient on open gates, for the current network. The caller
   * owns the result.
   */
  measure(): Gradients
}

/**
 * Tries one step of the search, measures E_arch and the cost after it, and takes the step back. With α'(λ)
 * the gates after the step and w' the weights,
 *
 *     dE/dλ = ∂E_arch(w', α')/∂α' · (α'(λ + δ) − α'(λ)) / δ
 *
 * and the same for the cost. This is a hypergradient of one step (Luketina et al., arXiv:1511.06727) in which
 * the step is the actual one, including projections and normalisation. If weights step after the gates, their
 * dependence on λ is ignored. Weights, gates and optimizers are left as they were.
 */
export function lookAhead(
  ahead: AheadStep,
  row: LambdaRow,
  metric: MemberMetric,
  moves: readonly LambdaMove[],
): LookAhead {
  const { model, columns } = ahead
  const putBack = snapshot(ahead)
  const gates = gatesOf(ahead)
  let taken: Gradients['alphas'] = new Map()
  try {
    taken = ahead.step(row)
    const after = gatesOf(ahead)
    const measured = ahead.measure()
    const loss = measured.losses.task!.dataSync()[0]!
    const ofLoss = numbers(measured.alphas)
    disposeGradients(measured)
    const cost = openCost(ahead, metric)
    const slopes = moves.map(({ column, by }) => {
      const { layer } = columns[column]!
      gates.restore(layer)
      const changed = { ...row, columns: row.columns.slice() }
      changed.columns[column] = (Number.isNaN(row.columns[column]!) ? 0 : row.columns[column]!) + by
      ahead.stepLayer(layer, changed, taken)
      const moved = model.supernet.groups
        .filter((group) => group.layer === layer)
        .map(({ name }) => [name, model.alpha(name).dataSync<'float32'>()] as const)
      const along = (gradient: ReadonlyMap<string, Float32Array>) =>
        moved.reduce((sum, [name, to]) => sum + dot(gradient.get(name), to, after.values.get(name)!) / by, 0)
      return { loss: along(ofLoss), cost: along(cost.gradient) }
    })
    return { loss, cost: cost.value, slopes }
  } finally {
    tf.dispose([...taken.values()])
    putBack()
  }
}

/** Σ gradient · (to − from); 0 for a group that does not move. */
const dot = (gradient: Float32Array | undefined, to: Float32Array, from: Float32Array): number =>
  gradient?.reduce((sum, each, i) => sum + each * (to[i]! - from[i]!), 0) ?? 0

/** Saves weights, gates and optimizers; the returned function restores them. */
function snapshot({ model, optimizers, scale }: AheadStep): () => void {
  const weights = model.weights.values()
  const slots = optimizers.weights.values()
  const scales = scale.values()
  const gates = gatesOf({ model, optimizers })
  return () => {
    for (const [name, values] of weights)
      model.weights.set(name, tf.tensor(values, model.weights.get(name).shape))
    optimizers.weights.dispose()
    optimizers.weights.restore(slots, (name) => model.weights.get(name).shape)
    gates.restore()
    scale.restore(scales)
  }
}

/** Saves the current gates and their optimizer. */
function gatesOf({ model, optimizers }: Pick<AheadStep, 'model' | 'optimizers'>) {
  const values = model.alphaValues()
  const slots = optimizers.alphas.values()
  return {
    values: values as ReadonlyMap<string, Float32Array>,
    /** Restores the gates of a layer, or all gates. */
    restore(layer?: string): void {
      for (const group of model.supernet.groups)
        if (layer === undefined || group.layer === layer)
          model.setAlpha(group.name, tf.tensor1d(values.get(group.name)!))
      optimizers.alphas.dispose()
      optimizers.alphas.restore(slots, (name) => model.alpha(name).shape)
    },
  }
}

/**
 * The cost of the supernet that is still open, as a share of the cost of all members at the beginning, and
 * its gradient.
 */
function openCost({ model, latency }: AheadStep, metric: MemberMetric) {
  const { supernet, origin } = model
  const costOf = memberCosts(supernet, metric, latency)
  const whole = sumOfMembers(origin, memberCosts(origin, metric, latency))
  const layers = [...new Set(supernet.groups.map(({ layer }) => layer))]
  const names = supernet.groups.map(({ name }) => name)
  const objective = () =>
    tf.div<tf.Scalar>(
      tf.addN(layers.map((layer) => layerCost(layerGates(model, layer, latency), costOf, effective))),
      Math.max(whole, 1e-12),
    )
  const { value, grads } = tf.engine().gradients(
    objective,
    names.map((name) => model.alpha(name)),
    undefined,
    true,
  )
  const namedGradients = grads.map((gradient, i) => [names[i]!, gradient as tf.Tensor1D | null] as const)
  const gradient = numbers(
    namedGradients.flatMap(([name, tensor]) => (tensor ? [[name, tensor] as const] : [])),
  )
  const open = value.dataSync()[0]!
  tf.dispose([value, ...grads.filter((each) => each !== null)])
  return { value: open, gradient }
}

const numbers = (tensors: Iterable<readonly [string, tf.Tensor]>): Map<string, Float32Array> =>
  new Map([...tensors].map(([name, tensor]) => [name, tensor.dataSync<'float32'>().slice()]))
