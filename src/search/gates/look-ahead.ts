import * as tf from '@tensorflow/tfjs-core'
import type { LookAhead, Move } from '../../schedule/observed.js'
import type { LambdaRow } from '../../schedule/table.js'
import type { Column } from '../../schedule/types.js'
import type { SupernetModel } from '../../supernet/model.js'
import type { MemberMetric, Latency } from '../../supernet/types.js'
import { disposeGradients } from '../../train/gradients.js'
import type { Optimizer } from '../../train/optimizer.js'
import type { Gradients } from '../../train/shard.js'
import type { GateScale } from './gate-scale.js'
import { effective, layerCost } from './layer-cost.js'
import { layerGates } from './layer-gates.js'
import { memberCosts, sumOfMembers } from './member-costs.js'

/** A search's step, in the parts that a look-ahead puts together. */
export interface AheadStep {
  readonly model: SupernetModel
  readonly columns: readonly Column[]
  readonly latency: Latency | undefined
  readonly scale: GateScale
  readonly optimizers: { readonly weights: Optimizer; readonly alphas: Optimizer }
  /** Steps weights and gates. The gradients by which the gates went are the caller's. */
  step(row: LambdaRow): Gradients['alphas']
  /** Steps the gates of a layer by gradients that are known. */
  stepLayer(layer: string, row: LambdaRow, gradients: Gradients['alphas']): void
  /** The task loss on a batch of `arch` and its gradient on open gates, with the network as it stands. The caller's. */
  measure(): Gradients
}

/**
 * One step of the search on E_arch and cost, then back again. With α'(λ) the gates behind the step, w' the weights,
 *
 *     dE/dλ = ∂E_arch(w', α')/∂α' · (α'(λ + δ) − α'(λ)) / δ
 *
 * and the same for the cost: a hypergradient of one step (Luketina et al., arXiv:1511.06727) in which the step is the
 * actual one, projections and normalisation included. Where weights step behind the gates, what they owe to λ is left
 * out. Leaves weights, gates and optimizers as they were.
 */
export function lookAhead(
  ahead: AheadStep,
  row: LambdaRow,
  metric: MemberMetric,
  moves: readonly Move[],
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

/** Remembers weights, gates and optimizers; puts them back. */
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

/** The gates as they are, and their optimizer. */
function gatesOf({ model, optimizers }: Pick<AheadStep, 'model' | 'optimizers'>) {
  const values = model.alphaValues()
  const slots = optimizers.alphas.values()
  return {
    values: values as ReadonlyMap<string, Float32Array>,
    /** Of a layer, or all. */
    restore(layer?: string): void {
      for (const group of model.supernet.groups)
        if (layer === undefined || group.layer === layer)
          model.setAlpha(group.name, tf.tensor1d(values.get(group.name)!))
      optimizers.alphas.dispose()
      optimizers.alphas.restore(slots, (name) => model.alpha(name).shape)
    },
  }
}

/** What of the supernet's cost is open, as a share of all that its members cost at the beginning, and its gradient. */
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
  const found = grads.map((gradient, i) => [names[i]!, gradient as tf.Tensor1D | null] as const)
  const gradient = numbers(found.flatMap(([name, own]) => (own ? [[name, own] as const] : [])))
  const open = value.dataSync()[0]!
  tf.dispose([value, ...grads.filter((each) => each !== null)])
  return { value: open, gradient }
}

const numbers = (tensors: Iterable<readonly [string, tf.Tensor]>): Map<string, Float32Array> =>
  new Map([...tensors].map(([name, tensor]) => [name, tensor.dataSync<'float32'>().slice()]))
