import * as tf from '@tensorflow/tfjs-core'
import { onVectors, type Vectors } from '../../nn/vectors.js'
import type { SupernetModel } from '../../supernet/model.js'
import { groupOf } from '../../supernet/prune.js'
import type { GateGroup, Latency, Supernet } from '../../supernet/types.js'
import type { Arrays, Optimizer } from '../../train/optimizer.js'
import type { Gradients } from '../../train/shard.js'
import { smoothGateGradients, type WeightedTerm } from '../../train/update.js'
import type { GateScale } from './gate-scale.js'
import { layerGates } from './layer-gates.js'
import { steppedGates, type GateStep } from './proximal-gates.js'

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
    const own = groupsOf(model.supernet, layer)
    const groups = own.filter(({ name }) => open.includes(name))
    if (groups.length === 0) continue
    const acting = terms(layer, own)
    const names = groups.map(({ name }) => name)
    const proximal = model.relaxation.step === 'proximal'
    const apart = proximal ? acting.filter(({ term }) => !term.gates!.form) : acting
    const smooth = smoothGateGradients(layerGates(model, layer, latency), names, apart)
    tf.tidy(() =>
      onVectors((v) => {
        const steps = groups.map((group): GateStep<Vector<typeof v>> => {
          const { name } = group
          const slope = model.relaxation.slope(groupOf(model.origin, name))
          const gates = v.from(model.alpha(name))
          const found = smooth.get(name)
          const own = found && v.div(v.from(found), slope)
          const losses = ofLosses.get(name)
          const units = losses && inUnits(v, v.from(losses), scale.of(v, name))
          const gradient = units && own ? v.add(units, own) : (units ?? own ?? v.mul(gates, 0))
          return { group, gates, gradient, rate: rateOf(group) }
        })
        if (proximal)
          steppedGates(v, steps, acting).forEach((gates, i) => {
            const name = names[i]!
            model.setAlpha(name, v.put(model.alpha(name), gates))
          })
        else
          for (const { group, gradient, rate } of steps)
            optimizer.step(alphas, [{ name: group.name, gradient: v.to(gradient) }], rate)
      }),
    )
    tf.dispose([...smooth.values()])
  }
}

const known = new WeakMap<Supernet, Map<string, GateGroup[]>>()

/**
 * The groups of a layer. It is the same array until the supernet changes, so that `actingTerms` can reuse the
 * terms that it found for it.
 */
function groupsOf(supernet: Supernet, layer: string): GateGroup[] {
  const byLayer = known.get(supernet) ?? new Map<string, GateGroup[]>()
  known.set(supernet, byLayer)
  const groups = byLayer.get(layer) ?? supernet.groups.filter((group) => group.layer === layer)
  byLayer.set(layer, groups)
  return groups
}

type Vector<Arithmetic> = Arithmetic extends Vectors<infer V> ? V : never

/** A gradient of the losses in units of its scale; 0 if all members have been equal so far. */
export const inUnits = <V>(v: Vectors<V>, gradient: V, scale: V): V =>
  v.div(gradient, v.maximum(scale, leastScale))
