import * as tf from '@tensorflow/tfjs-core'
import type { SupernetModel } from '../../supernet/model.js'
import { groupOf } from '../../supernet/prune.js'
import type { GateGroup, Latency } from '../../supernet/types.js'
import { smoothGateGradients, type WeightedTerm } from '../../train/update.js'
import { layerGates } from '../gates/layer-gates.js'

/** An acting term with its name in `schedule.csv`. */
export interface NamedTerm extends WeightedTerm {
  readonly label: string
}

/**
 * The force of each term on a group's α, in the unit of λ, [members], by the term's name; a positive force
 * pushes down. A smooth term gives λ ∂R/∂α divided by the relaxation's slope. A proximal one gives what its
 * operator subtracts from an open gate for each unit of learning rate: λ itself for `l1`.
 */
export function termForces(
  model: SupernetModel,
  group: GateGroup,
  terms: readonly NamedTerm[],
  latency?: Latency,
): Record<string, Float32Array> {
  return Object.fromEntries(
    terms.map((term) => [
      term.label,
      term.term.gates!.proximal
        ? proximalForce(model, group, term)
        : smoothForce(model, group, term, latency),
    ]),
  )
}

function smoothForce(
  model: SupernetModel,
  { name, layer }: GateGroup,
  term: WeightedTerm,
  latency: Latency | undefined,
): Float32Array {
  const gradient = smoothGateGradients(layerGates(model, layer, latency), [name], [term]).get(name)
  const values = gradient?.dataSync<'float32'>().slice() ?? new Float32Array(model.alpha(name).size)
  gradient?.dispose()
  const slope = model.relaxation.slope(groupOf(model.origin, name))
  return values.map((value) => value / slope)
}

/** Small compared with an open gate, so that the operator's slope is measured. */
const strength = 1e-2

function proximalForce(
  model: SupernetModel,
  group: GateGroup,
  { term, lambda, selected }: WeightedTerm,
): Float32Array {
  const groups = model.supernet.groups.filter(({ layer }) => layer === group.layer)
  const force = tf.tidy(() => {
    // At a gate of 0 an operator subtracts nothing, but the force that holds it there counts. Such gates are
    // therefore measured as if open.
    const open = new Map(
      groups.map(({ name, total, members }) => [
        name,
        tf.maximum<tf.Tensor1D>(model.alpha(name), total / members.length),
      ]),
    )
    const left = term.gates!.proximal!(open, () => tf.scalar(strength), groups).get(group.name)!
    return tf.mul(tf.sub(open.get(group.name)!, left), lambda / strength)
  })
  const values = force.dataSync<'float32'>().slice()
  force.dispose()
  const chosen = selected?.get(group.name)
  return selected ? values.map((value, i) => (chosen?.has(group.members[i]!.name) ? value : 0)) : values
}
