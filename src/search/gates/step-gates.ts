import * as tf from '@tensorflow/tfjs-core'
import { onVectors } from '../../nn/vectors.js'
import type { SupernetModel } from '../../supernet/model.js'
import { groupOf } from '../../supernet/prune.js'
import type { GateGroup, Latency } from '../../supernet/types.js'
import type { Arrays, Optimizer } from '../../train/optimizer.js'
import type { Gradients } from '../../train/shard.js'
import { smoothGateGradients, type WeightedTerm } from '../../train/update.js'
import type { GateScale } from './gate-scale.js'
import { layerGates } from './layer-gates.js'
import { stepProximalGates, type GateStep } from './proximal-gates.js'

/** The smallest divisor, which avoids 0 / 0. */
const leastScale = 1e-20

export interface GatesStep {
  /** Steps α if the relaxation's gates are not proximal. */
  readonly optimizer: Optimizer
  /** The unit of the losses' gradients. */
  readonly scale: GateScale
  /** η of a group: how far a gradient of 1 moves its α. */
  readonly rateOf: (group: GateGroup) => number
  /** Terms that act on the gates of a layer, given its groups. */
  readonly terms: (layer: string, groups: readonly GateGroup[]) => readonly WeightedTerm[]
  readonly latency: Latency | undefined
}

/**
 * Steps the gates of some groups, layer by layer. The gradient is that of the losses on α, in units of the
 * group's scale, plus those of smooth terms. Proximal gates take a proximal step, other α a step of the
 * optimizer.
 */
export function stepGates(
  model: SupernetModel,
  open: readonly string[],
  ofLosses: Gradients['alphas'],
  { optimizer, scale, rateOf, terms, latency }: GatesStep,
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
    const proximal = model.relaxation.step === 'proximal'
    const apart = proximal ? acting.filter(({ term }) => !term.gates!.form) : acting
    const smooth = smoothGateGradients(layerGates(model, layer, latency), names, apart)
    const steps = groups.map((group): GateStep => {
      const gates = model.alpha(group.name)
      const own = tf.tidy(() => {
        const slope = model.relaxation.slope(groupOf(model.origin, group.name))
        const losses = inUnits(ofLosses.get(group.name), scale.of(group.name))
        return totalOf(losses, divided(smooth.get(group.name), slope)) ?? tf.zerosLike(gates)
      })
      return { group, gates, gradient: own, rate: rateOf(group) }
    })
    if (proximal)
      stepProximalGates(steps, acting).forEach((gates, i) => {
        model.setAlpha(names[i]!, gates)
      })
    else
      for (const { group, gradient, rate } of steps)
        optimizer.step(alphas, [{ name: group.name, gradient }], rate)
    tf.dispose([...steps.map(({ gradient }) => gradient), ...smooth.values()])
  }
}

/** A gradient of the losses in units of its scale; 0 if all members have been equal so far. */
export const inUnits = (gradient: tf.Tensor1D | undefined, scale: tf.Tensor1D): tf.Tensor1D | undefined =>
  gradient && onVectors((v) => v.to(v.div(v.from(gradient), v.maximum(v.from(scale), leastScale))))

const divided = (gradient: tf.Tensor1D | undefined, by: number): tf.Tensor1D | undefined =>
  by === 1 ? gradient : gradient && tf.div(gradient, by)

/** The sum of two gradients, or the one that exists. */
const totalOf = (a: tf.Tensor1D | undefined, b: tf.Tensor1D | undefined): tf.Tensor1D | undefined =>
  a && b ? tf.add(a, b) : (a ?? b)
