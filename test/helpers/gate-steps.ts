import * as tf from '@tensorflow/tfjs-core'
import { onVectors } from '../../src/nn/vectors.js'
import { inUnits, type GateScale } from '../../src/search/gates/gate-scale.js'
import { steppedGates, type GateStep } from '../../src/search/gates/proximal-gates.js'
import type { WeightedTerm } from '../../src/train/update.js'

/** `steppedGates` of tensors; the caller owns the results. */
export const stepProximalGates = (
  steps: readonly (Omit<GateStep<tf.Tensor1D>, 'rate'> & { readonly rate: number })[],
  terms: readonly WeightedTerm[],
): tf.Tensor1D[] =>
  tf.tidy(() =>
    onVectors((v) => {
      const given = steps.map((step) => ({
        ...step,
        gates: v.from(step.gates),
        gradient: v.from(step.gradient),
        rate: () => step.rate,
      }))
      const acting = terms.map((each) => ({ ...each, lambda: () => each.lambda }))
      return steppedGates(v, given, acting).map((gates) => v.to(gates))
    }),
  )

/** The unit of a group's gradients. */
export const unitOf = (scale: GateScale, group: string): number =>
  tf.tidy(() => onVectors((v) => v.to(scale.of(v, group))).dataSync()[0]!)

/** A gradient in units of a group's scale. */
export const inUnitsOf = (scale: GateScale, group: string, gradient: tf.Tensor1D): number[] =>
  tf.tidy(() => [...onVectors((v) => v.to(inUnits(v, v.from(gradient), scale.of(v, group)))).dataSync()])
