import * as tf from '@tensorflow/tfjs-core'
import { describe, expect, it } from 'vitest'
import {
  GateGradients,
  ActivationGradient,
  ReluGradient,
  ScaleBy,
  WeightedSum,
} from '../../../src/kernels/elementwise.js'
import { accumulate } from '../support/sentei.js'
import * as reference from '../reference/elementwise.js'
import { draw, plus, type Operand } from '../reference/operand.js'
import { conforms, runAdding, runKernel, upload, type Conformance } from '../support/conforms.js'
import { conformWhileGrowing } from '../support/heap.js'
import { hasOurs, type Subject } from '../support/subject.js'

/** Around the blocks of 4, the parts of 2,048 and the 4,096 floats after which sums go on in float64. */
const sizes = [1, 2, 3, 4, 5, 7, 8, 9, 17, 2047, 2048, 2049, 4095, 4101, 9001]

/** Kernels that only we have: ReLU's gradient, gates and sums in place. */
export function elementwiseSuite(subject: Subject): void {
  describe.runIf(hasOurs(subject))('elementwise', () => {
    describe.each(sizes)('%i numbers', (size) => {
      it('relu gradient', () => conforms(reluGradient(size)))
      it.each(['tanh', 'elu', 'sigmoid'] as const)('%s gradient', (of) =>
        conforms(activationGradient(size, of)),
      )
      it('relu gradient with a limit', () => conforms(reluGradient(size, 1.5)))
      it.each([1, 2, 3, 8])('weighted sum of %i, and the gradients of its gates', (members) =>
        conforms(gated(size, members)),
      )
      it('scale by one of the gates', () => conforms(scaled(size)))
      it('tanh', () => conforms(tanh(size)))
      it('add into a total', () => addsInto(size))
    })
    it('while the heap grows', () =>
      conformWhileGrowing([gated(5000, 3), reluGradient(5000), scaled(5000), tanh(5000)]))
    it('tanh is right to the last places, however small or large its argument is', async () => {
      const sizes = Float32Array.from({ length: 6000 }, (_, i) => 1.004 ** (i - 5000) * 10 * (i % 2 ? 1 : -1))
      const around = Float32Array.from({ length: 2000 }, (_, i) => 0.3 + i / 1500)
      for (const values of [sizes, around]) {
        const got = await tanhOf(values)
        values.forEach((x, i) => {
          const want = Math.tanh(x)
          if (Math.abs(got[i]! - want) > 2.5e-7 * Math.abs(want))
            expect.fail(`tanh(${x}): ${got[i]}, not ${want}`)
        })
      }
      const limits = await tanhOf(Float32Array.of(NaN, Infinity, -Infinity, 0, 1e30, -1e30))
      expect([...limits]).toEqual([NaN, 1, -1, 0, 1, -1])
    })
    it('adds beside memory that somebody else reads', async () => {
      const total = tf.ones([4])
      const shared = tf.reshape(total, [2, 2])
      const sum = accumulate(total, tf.ones([4]))
      expect([...(await sum.data()), ...(await shared.data())]).toEqual([2, 2, 2, 2, 1, 1, 1, 1])
      tf.dispose([sum, shared])
    })
  })
}

export function reluGradient(size: number, limit?: number): Conformance<'dy' | 'y', 'dx' | 'added'> {
  const dy = draw(`dy ${size}`, [size])
  // Zeros of both signs, and the limit itself, at which the gradient is 0.
  const bend = (v: number, i: number) => (i % 3 === 0 ? v * 0 : i % 3 === 1 ? (limit ?? v) : v)
  const y = { values: draw(`y ${size}`, [size]).values.map(bend), shape: [size] }
  const dx = reference.reluGradient(dy, y, limit)
  const sum = draw(`sum ${size}`, [size])
  return {
    inputs: { dy, y },
    want: { dx, added: plus(dx, sum) },
    run(tensors) {
      const attrs = limit === undefined ? {} : { limit }
      const [added] = runAdding(sum, ReluGradient, tensors, attrs)
      return { dx: runKernel(ReluGradient, tensors, attrs), added: added! }
    },
  }
}

export function activationGradient(
  size: number,
  of: 'tanh' | 'elu' | 'sigmoid',
): Conformance<'dy' | 'y', 'dx' | 'added'> {
  const dy = draw(`dy ${size}`, [size])
  const y = draw(`y ${size}`, [size])
  const dx = reference.activationGradient(of, dy, y)
  const sum = draw(`sum ${size}`, [size])
  return {
    inputs: { dy, y },
    want: { dx, added: plus(dx, sum) },
    run(tensors) {
      const [added] = runAdding(sum, ActivationGradient, tensors, { of })
      return { dx: runKernel(ActivationGradient, tensors, { of }), added: added! }
    },
  }
}

export function gated(size: number, count: number): Conformance<string, 'y' | 'dGates'> {
  const members = Array.from({ length: count }, (_, m) => draw(`x${m} ${size}`, [size], { mean: 0.2 }))
  const named = Object.fromEntries(members.map((x, m): [string, Operand] => [`x${m}`, x]))
  const gates = draw(`gates ${size}`, [count])
  const dy = draw(`dy ${size}`, [size], { mean: 0.2 })
  return {
    inputs: { ...named, gates, dy },
    want: { y: reference.weightedSum(members, gates), dGates: reference.gateGradients(members, dy) },
    run({ gates, dy, ...list }) {
      return {
        y: runKernel(WeightedSum, { ...list, gates: gates! }),
        dGates: runKernel(GateGradients, { ...list, dy: dy! }),
      }
    },
  }
}

async function tanhOf(values: Float32Array): Promise<Float32Array> {
  const x = upload({ values: Float64Array.from(values), shape: [values.length] })
  const y = tf.tanh(x)
  const numbers = (await y.data()) as Float32Array
  tf.dispose([x, y])
  return numbers
}

export function tanh(size: number): Conformance<'x', 'y'> {
  const x = draw(`x ${size}`, [size])
  return {
    inputs: { x },
    want: { y: reference.tanh(x) },
    run: ({ x: of }) => ({ y: tf.tanh(of) }),
    tolerance: 1e-6,
  }
}

export function scaled(size: number): Conformance<'x' | 'gates', 'y'> {
  const [x, gates] = [draw(`x ${size}`, [size]), draw(`gates ${size}`, [3])]
  return {
    inputs: { x, gates },
    want: { y: reference.scale(x, gates.values[2]!) },
    run: (tensors) => ({ y: runKernel(ScaleBy, tensors, { index: 2 }) }),
  }
}

/** The total is made inside, because inputs must stay as they are. */
function addsInto(size: number): Promise<void> {
  const [first, second] = [draw(`first ${size}`, [size]), draw(`second ${size}`, [size])]
  return conforms({
    inputs: { x: second },
    want: { total: reference.add(first, second) },
    run({ x }) {
      return { total: accumulate(upload(first), tf.clone(x)) }
    },
  })
}
