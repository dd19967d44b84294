import * as tf from '@tensorflow/tfjs-core'
import type { SupernetModel } from '../supernet/model.js'
import type { GateGroup } from '../supernet/types.js'
import type { Gradients } from './gradients.js'
import { layerGates } from './layer-gates.js'
import type { Latency } from './options.js'
import type { Arrays, Optimizer } from './optimizer.js'
import { stepProximalGates, type GateStep } from './proximal-gates.js'
import { smoothGateGradients, type WeightedTerm } from './update.js'

export interface GatesStep {
  /** Steps α where the relaxation's gates are not proximal. */
  readonly optimizer: Optimizer
  readonly learningRate: number
  /** Terms that act on the gates of a layer, given its groups. */
  readonly terms: (layer: string, groups: readonly GateGroup[]) => readonly WeightedTerm[]
  readonly latency: Latency | undefined
}

/**
 * Steps the gates of some groups, layer by layer: smooth terms join the gradient of the losses, then gates
 * take a proximal step, other α one of the optimizer's.
 */
export function stepGates(
  model: SupernetModel,
  open: readonly string[],
  gradients: Gradients,
  { optimizer, learningRate, terms, latency }: GatesStep,
): void {
  const alphas: Arrays = {
    get: (name) => model.alpha(name),
    set: (name, tensor) => {
      model.setAlpha(name, tensor as tf.Tensor1D)
    },
  }
  for (const layer of model.supernet.layers) {
    const own = model.supernet.groups.filter((group) => group.layer === layer)
    const groups = own.filter(({ name }) => open.includes(name))
    if (groups.length === 0) continue
    const acting = terms(layer, own)
    const names = groups.map(({ name }) => name)
    const smooth = smoothGateGradients(layerGates(model, layer, latency), names, acting)
    const steps = groups.map((group): GateStep => {
      const gates = model.alpha(group.name)
      const gradient =
        totalOf(gradients.alphas.get(group.name), smooth.get(group.name)) ?? tf.zerosLike(gates)
      return { group, gates, gradient }
    })
    if (model.relaxation.step === 'proximal')
      stepProximalGates(steps, acting, learningRate).forEach((gates, i) => {
        model.setAlpha(names[i]!, gates)
      })
    else
      for (const { group, gradient } of steps)
        optimizer.step(alphas, [{ name: group.name, gradient }], learningRate)
    const ofLoss = new Set(gradients.alphas.values())
    tf.dispose([
      ...steps.map(({ gradient }) => gradient).filter((each) => !ofLoss.has(each)),
      ...smooth.values(),
    ])
  }
}

/** The sum of what there is; one of the two where the other is missing. */
const totalOf = (a: tf.Tensor1D | undefined, b: tf.Tensor1D | undefined): tf.Tensor1D | undefined =>
  a && b ? tf.add(a, b) : (a ?? b)
