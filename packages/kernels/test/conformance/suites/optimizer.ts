import type * as tf from '@tensorflow/tfjs-core'
import { describe, expect, it } from 'vitest'
import type { Device } from '../../../src/device.js'
import { currentDevice } from '../../../src/index.js'
import {
  adamInPlace,
  blendInPlace,
  sgdInPlace,
  squaredNorm,
  type OptimizerRow,
} from '../../../src/optimizer.js'
import { draw, zeros, type Operand } from '../reference/operand.js'
import * as reference from '../reference/optimizer.js'
import { conforms, upload } from '../support/conforms.js'
import { hasOurs, type Subject } from '../support/subject.js'

/** Steps over a table of parameters, in place: SGD with momentum, Adam, soft threshold, averages; and the gradients' norm. */
export function optimizerSuite(subject: Subject): void {
  describe.runIf(hasOurs(subject))('optimizer', () => {
    describe.each([undefined, 0.25])('gradients scaled by %s', (factor) => {
      const scale = factor ?? 1
      it.each([0, 0.9])('SGD with momentum %d', (momentum) => {
        const options = { rate: 0.05, momentum }
        return takesSteps(factor, {
          ours: (device, rows, _, scale) =>
            sgdInPlace(device, rows, { ...options, scale: scale?.dataSync()[0] }),
          reference: (parameter) => reference.sgd(parameter, { ...options, scale }),
        })
      })
      it.each([0.9, 0.5])('Adam with β₁ = %d', (beta1) => {
        const options = { rate: 0.01, beta1, beta2: 0.999, epsilon: 1e-8 }
        return takesSteps(factor, {
          ours: (device, rows, count, scale) =>
            adamInPlace(device, rows, { ...options, count, scale: scale?.dataSync()[0] }),
          reference: (parameter, t) => reference.adam(parameter, t, { ...options, scale }),
        })
      })
    })
    it('averages move a share of the way to what was observed', () =>
      takesSteps(undefined, {
        ours: (device, rows) =>
          blendInPlace(
            device,
            rows.map(({ value, gradient }) => ({ average: value, observed: gradient })),
            0.1,
          ),
        reference: ({ value, gradient }) =>
          value.forEach((v, i) => (value[i] = v + 0.1 * (gradient[i]! - v))),
      }))
    it('squared norm of all gradients', () => {
      const tensors = gradients.map(upload)
      const want = gradients.reduce((sum, { values }) => sum + values.reduce((s, g) => s + g * g, 0), 0)
      expect(squaredNorm(currentDevice()!, tensors) / want).toBeCloseTo(1, 6)
      tensors.forEach((tensor) => tensor.dispose())
    })
  })
}

const parameters = [1, 2, 3, 4, 5, 8, 17, 2049].flatMap((size) => [
  { size, decay: 0, threshold: 0, rate: 1 },
  { size, decay: 6e-4, threshold: 0, rate: 1 },
  { size, decay: 0.1, threshold: 0.05, rate: 1 },
  { size, decay: 6e-4, threshold: 0.05, rate: 6 },
])
const gradients = parameters.map(({ size }, p) => draw(`gradient ${p}`, [size]))

/** One step of ours over all rows, and the reference's for one parameter; both in place, t = 1, 2, 3. */
interface Rule {
  ours(device: Device, rows: OptimizerRow[], t: number, scale: tf.Tensor | undefined): void
  reference(parameter: reference.Parameter, t: number): void
}

/** Values and slots are made inside, because inputs must stay as they are. */
async function takesSteps(factor: number | undefined, rule: Rule): Promise<void> {
  const starts = parameters.map(({ size }, p) => [draw(`value ${p}`, [size]), zeros([size]), zeros([size])])
  const scale = factor !== undefined && { scale: { values: Float64Array.of(factor), shape: [] } }
  await conforms<string, string>({
    inputs: { ...named('gradient', gradients), ...scale },
    want: results(starts, (start, p) => stepped(start, p, rule)),
    run(inputs) {
      const tensors = starts.map((start) => start.map(upload))
      const rows = tensors.map(([value, ...slots], p) => {
        const { size: _, ...options } = parameters[p]!
        return { value: value!, gradient: inputs[`gradient${p}`]!, slots, ...options }
      })
      for (let t = 1; t <= 3; t++) rule.ours(currentDevice()!, rows, t, inputs.scale)
      return results(tensors, (stepped) => stepped)
    },
  })
}

/** Value and slots after three steps of the reference. */
function stepped(start: readonly Operand[], p: number, rule: Rule): Operand[] {
  const after = start.map(({ values, shape }) => ({ values: values.slice(), shape }))
  const [value, first, second] = after.map(({ values }) => values) as [
    Float64Array,
    Float64Array,
    Float64Array,
  ]
  const { size: _, ...options } = parameters[p]!
  for (let t = 1; t <= 3; t++)
    rule.reference({ value, gradient: gradients[p]!.values, first, second, ...options }, t)
  return after
}

const named = <T>(name: string, list: readonly T[]): Record<string, T> =>
  Object.fromEntries(list.map((one, i): [string, T] => [`${name}${i}`, one]))

/** Value, first and second slot of every parameter, by name. */
function results<From, To>(
  list: readonly From[],
  f: (from: From, p: number) => readonly To[],
): Record<string, To> {
  const [values, firsts, seconds] = [0, 1, 2].map((slot) => list.map((one, p) => f(one, p)[slot]!))
  return { ...named('value', values!), ...named('first', firsts!), ...named('second', seconds!) }
}
