import * as tf from '@tensorflow/tfjs-core'
import { vectorPrograms } from '../../nn/vector-programs.js'
import { onVectors, type Vectors } from '../../nn/vectors.js'
import type { SupernetModel } from '../../supernet/model.js'
import { groupOf } from '../../supernet/prune.js'
import type { GateGroup, Latency, Supernet } from '../../supernet/types.js'
import type { Optimizer } from '../../train/optimizer.js'
import type { NamedArrays } from '../../train/transforms.js'
import type { Gradients } from '../../train/shard.js'
import { smoothGateGradients } from '../../train/update.js'
import { inUnits, type GateScale } from './gate-scale.js'
import { layerGates } from './layer-gates.js'
import { steppedGates, type GateStep, type GateTerm } from './proximal-gates.js'

export interface GateStepOptions {
  /** Steps α if the relaxation's gates are not proximal. */
  readonly optimizer: Optimizer
  /** The unit of the losses' gradients. */
  readonly scale: GateScale
  /** η of a group in the current step: how far a gradient of 1 moves its α. */
  readonly rateOf: (group: GateGroup) => number
  /**
   * The terms that act on the gates of a layer in the current step, given its groups. As long as `acts` of a
   * step is the same object, they are the same.
   */
  readonly terms: (layer: string, groups: readonly GateGroup[]) => readonly GateTerm[]
  readonly latency: Latency | undefined
}

/** Steps gates. It owns memory; dispose it after use. */
export interface GateStepper {
  /**
   * Steps the gates of some groups, layer by layer. The gradient is that of the losses on α, in units of the
   * group's scale, plus those of smooth terms. Proximal gates take a proximal step, other α a step of the
   * optimizer. `acts` stands for the set of terms that act.
   */
  step(open: readonly string[], ofLosses: Gradients['alphas'], acts: object): void
  dispose(): void
}

/** A layer with groups to step. */
interface Layer {
  readonly layer: string
  readonly groups: readonly GateGroup[]
  readonly acting: readonly GateTerm[]
  /** The terms that act through their gradient. */
  readonly smooth: readonly GateTerm[]
}

/** The stepper of a model's gates. */
export function gateStepper(
  model: SupernetModel,
  { optimizer, scale, rateOf, terms, latency }: GateStepOptions,
): GateStepper {
  const programs = vectorPrograms()
  const proximal = model.relaxation.step === 'proximal'
  const alphas: NamedArrays = {
    get: (name) => model.alpha(name),
    set: (name, tensor) => {
      model.setAlpha(name, tensor as tf.Tensor1D)
    },
  }

  const layersOf = openLayers(model, terms)

  const stepsOf = <V>(
    v: Vectors<V>,
    groups: readonly GateGroup[],
    ofLosses: Gradients['alphas'],
    smooth: ReadonlyMap<string, tf.Tensor1D>,
  ): GateStep<V>[] =>
    groups.map((group) => {
      const { name } = group
      const gates = v.from(model.alpha(name))
      const termSlope = smooth.get(name)
      const termGradient =
        termSlope && v.div(v.from(termSlope), model.relaxation.slope(groupOf(model.origin, name)))
      const losses = ofLosses.get(name)
      const units = losses && inUnits(v, v.from(losses), scale.of(v, name))
      const gradient =
        units && termGradient ? v.add(units, termGradient) : (units ?? termGradient ?? v.mul(gates, 0))
      return { group, gates, gradient, rate: () => rateOf(group) }
    })

  const stepProximal = <V>(v: Vectors<V>, steps: readonly GateStep<V>[], acting: readonly GateTerm[]): void =>
    steppedGates(v, steps, acting).forEach((gates, i) => {
      const { name } = steps[i]!.group
      model.setAlpha(name, v.put(model.alpha(name), gates))
    })

  const stepLayer = ({ layer, groups, acting, smooth }: Layer, ofLosses: Gradients['alphas']): void => {
    const names = groups.map(({ name }) => name)
    const now = smooth.map((each) => ({ ...each, lambda: each.lambda() }))
    const slopes = smoothGateGradients(layerGates(model, layer, latency), names, now)
    tf.tidy(() =>
      onVectors((v) => {
        const steps = stepsOf(v, groups, ofLosses, slopes)
        if (proximal) stepProximal(v, steps, acting)
        else
          for (const { group, gradient, rate } of steps)
            optimizer.step(alphas, [{ name: group.name, gradient: v.to(gradient) }], rate())
      }),
    )
    tf.dispose([...slopes.values()])
  }

  return {
    step(open, ofLosses, acts) {
      const layers = layersOf(open, acts)
      // Gradients of smooth terms are other tensors at each step, so a program could not read them.
      if (!proximal || layers.some(({ smooth }) => smooth.length > 0))
        for (const each of layers) stepLayer(each, ofLosses)
      else
        programs.run([layers, ofLosses, scale.state], (v) => {
          for (const { groups, acting } of layers)
            stepProximal(v, stepsOf(v, groups, ofLosses, new Map()), acting)
        })
    },
    dispose: () => programs.dispose(),
  }
}

/** The layers with open groups of a model; the same array as long as nothing changes. */
function openLayers(model: SupernetModel, terms: GateStepOptions['terms']) {
  const proximal = model.relaxation.step === 'proximal'
  let last: { key: readonly unknown[]; layers: readonly Layer[] } | undefined
  return (open: readonly string[], acts: object): readonly Layer[] => {
    const { supernet } = model
    const key = [supernet, open, acts]
    if (last?.key.every((each, i) => each === key[i])) return last.layers
    const layers = supernet.layers.flatMap((layer): Layer[] => {
      const layerGroups = groupsOf(supernet, layer)
      const groups = layerGroups.filter(({ name }) => open.includes(name))
      if (groups.length === 0) return []
      const acting = terms(layer, layerGroups)
      const smooth = proximal ? acting.filter(({ term }) => !term.gates!.form) : acting
      return [{ layer, groups, acting, smooth }]
    })
    last = { key, layers }
    return layers
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
