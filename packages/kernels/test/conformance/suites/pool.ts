import * as tf from '@tensorflow/tfjs-core'
import { describe, expect, it } from 'vitest'
import { AvgPoolGradient } from '../../../src/kernels/pool.js'
import * as reference from '../reference/pool.js'
import { draw, drawIntegers, plus, type Operand } from '../reference/operand.js'
import { outputPositions } from '../reference/window.js'
import { conforms, runAdding, runKernel, type Conformance } from '../support/conforms.js'
import { conformWhileGrowing } from '../support/heap.js'
import { hasOurs, itEach, paddingElsewhere, share, type Subject } from '../support/subject.js'
import { poolCases, tfPadding, type WindowCase } from '../support/windows.js'

/** Max and average pooling: forward, and the gradient of the input. */
export function poolSuite(subject: Subject): void {
  const cases = share(subject, poolCases())
  describe.each(Object.entries(inputs))('maxPool of %s', (name, input) => {
    const refusal = ({ window }: WindowCase) =>
      (name === 'distinct numbers' ? undefined : tiesElsewhere(subject)) ?? paddingElsewhere(subject, window)
    itEach(subject, cases, refusal, (one) => conforms(maxPooled(one, input(one))))
  })
  describe('avgPool', () => {
    itEach(subject, cases, sharesWrongly, (one) => conforms(avgPooled(one)))
  })
  describe.runIf(hasOurs(subject))('kernels of our own', () => {
    it.each(cases.map((one) => [one.title, one] as const))(
      'avgPool’s gradient with padding counted, %s',
      (_, one) => conforms(avgPoolGradient(one)),
    )
    it.each(cases.map((one) => [one.title, one] as const))('maxPool’s gradient on a sum, %s', (_, one) =>
      conforms(maxPoolAdded(one)),
    )
    it('a maximum does not hide NaN, and a mean neither', () => {
      const x = tf.tensor4d([1, NaN, 3, 4, 5, -Infinity], [1, 1, 6, 1])
      const pooled = [tf.maxPool(x, [1, 2], [1, 2], 'valid'), tf.avgPool(x, [1, 2], [1, 2], 'valid')]
      const numbers = pooled.map((y) => [...y.dataSync()])
      expect(numbers).toEqual([[NaN, 4, 5], [NaN, 3.5, -Infinity]]) // prettier-ignore
      tf.dispose([x, pooled])
    })
    it.each(['floor', 'round', 'ceil'] as const)('outputs are counted by %s', async (mode) => {
      const x = draw('x', [2, 6, 8, 5])
      for (const pad of [0, 1]) await conforms(rounded(x, pad, mode))
    })
    it('while the heap grows', () => {
      const some = cases.filter((_, i) => i % 11 === 0)
      return conformWhileGrowing([...some.map((one) => maxPooled(one)), ...some.map(avgPooled)])
    })
  })
}

/** Among equal numbers it counts which of them gets the gradient, and padding must not win over negative ones. */
const inputs = {
  'distinct numbers': ({ title, shape }: WindowCase) => draw(`x ${title}`, shape),
  'integers, often equal': ({ title, shape }: WindowCase) => drawIntegers(`x ${title}`, shape, -3, 3),
  'negative integers': ({ title, shape }: WindowCase) => drawIntegers(`x ${title}`, shape, -3, -1),
}

const tiesElsewhere = ({ backend }: Subject): string | undefined =>
  backend === 'webgpu'
    ? 'TensorFlow.js gives the gradient of equal maxima to another than the first'
    : undefined

const sharesWrongly = ({ window }: WindowCase): string | undefined =>
  window.pad === 'valid'
    ? undefined
    : 'TensorFlow.js divides the gradient of avgPool by the whole window at borders'

type Pooled = Conformance<'x' | 'dy', 'y' | 'dx'>

export function maxPooled(one: WindowCase, x = inputs['negative integers'](one)): Pooled {
  const { title, window, shape } = one
  const dy = draw(`dy ${title}`, [...outputPositions(shape, window), shape[3]])
  return { inputs: { x, dy }, want: reference.maxPool(x, dy, window), run: pooled(tf.maxPool, window) }
}

export function avgPooled({ title, window, shape }: WindowCase): Pooled {
  const x = draw(`x ${title}`, shape)
  const dy = draw(`dy ${title}`, [...outputPositions(shape, window), shape[3]])
  return { inputs: { x, dy }, want: reference.avgPool(x, dy, window), run: pooled(tf.avgPool, window) }
}

function pooled(pool: typeof tf.avgPool, { kernel, stride, pad }: WindowCase['window']) {
  return ({ x, dy }: Record<'x' | 'dy', tf.Tensor>) => {
    const { value, grad } = tf.valueAndGrad<tf.Tensor, tf.Tensor>((input: tf.Tensor) =>
      pool(input as tf.Tensor4D, [...kernel], [...stride], tfPadding(pad)),
    )(x, dy)
    return { y: value, dx: grad }
  }
}

/** Windows of 3 × 3 two apart, of which the last may reach beyond the padding. */
function rounded(
  x: Operand,
  pad: number,
  mode: 'floor' | 'round' | 'ceil',
): Conformance<'x', 'max' | 'mean'> {
  const [, height, width] = x.shape as [number, number, number]
  const count = (size: number) => Math[mode]((size + 2 * pad - 3) / 2) + 1
  const behind = (size: number) => (count(size) - 1) * 2 + 3 - size - pad
  const sides = [height, width].map((size) => [pad, behind(size)] as const)
  const window = {
    kernel: [3, 3],
    stride: [2, 2],
    dilation: [1, 1],
    pad: sides as unknown as readonly [readonly [number, number], readonly [number, number]],
  } as const
  const none = { values: new Float64Array(0), shape: [] }
  return {
    inputs: { x },
    want: { max: reference.maxPool(x, none, window).y, mean: reference.avgPool(x, none, window).y },
    run: ({ x }) => ({
      max: tf.maxPool(x as tf.Tensor4D, 3, 2, pad, mode),
      mean: tf.avgPool(x as tf.Tensor4D, 3, 2, pad, mode),
    }),
  }
}

function maxPoolAdded(one: WindowCase): Conformance<'input' | 'output' | 'dy', 'added'> {
  const { title, window, shape } = one
  const input = inputs['negative integers'](one)
  const dy = draw(`dy ${title}`, [...outputPositions(shape, window), shape[3]])
  const { y: output, dx } = reference.maxPool(input, dy, window)
  const sum = draw(`sum ${title}`, shape)
  const { kernel: filterSize, stride: strides, pad } = window
  const attrs = { filterSize, strides, pad: tfPadding(pad) }
  return {
    inputs: { input, output, dy },
    want: { added: plus(dx, sum) },
    run: (tensors) => ({ added: runAdding(sum, 'MaxPoolGrad', tensors, attrs)[0]! }),
  }
}

function avgPoolGradient({ title, window, shape }: WindowCase): Conformance<'dy', 'dx' | 'added'> {
  const dy = draw(`dy ${title}`, [...outputPositions(shape, window), shape[3]])
  const { dx } = reference.avgPool(draw(`x ${title}`, shape), dy, window, true)
  const sum = draw(`sum ${title}`, shape)
  const { kernel, stride, pad } = window
  const attrs = {
    filterSize: kernel,
    strides: stride,
    pad: tfPadding(pad),
    countPadding: true,
    inputShape: shape,
  }
  return {
    inputs: { dy },
    want: { dx, added: plus(dx, sum) },
    run: ({ dy }) => ({
      dx: runKernel(AvgPoolGradient, { dy }, attrs),
      added: runAdding(sum, AvgPoolGradient, { dy }, attrs)[0]!,
    }),
  }
}
