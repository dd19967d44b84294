import * as tf from '@tensorflow/tfjs-core'
import { describe, expect, it } from 'vitest'
import { CrossEntropy, DifferenceLoss } from '../../../src/kernels/losses.js'
import { losses, type LossName } from '../support/sentei.js'
import { draw, drawIntegers, type Operand } from '../reference/operand.js'
import * as reference from '../reference/losses.js'
import { conforms, runKernel, upload, type Conformance } from '../support/conforms.js'
import { conformWhileGrowing } from '../support/heap.js'
import { hasOurs, itEach, type Subject } from '../support/subject.js'

const differences = ['mse', 'mae', 'huber'] as const
type Loss = Conformance<'x' | 'targets', 'loss' | 'gradient'>

/** Softmax and the losses: values and gradients. */
export function lossesSuite(subject: Subject): void {
  describe('softmax', () => {
    const shapes = [...classCounts.map((classes) => [3, classes]), [7], [2, 3, 5], [1, 1, 1, 4]]
    it.each(shapes.map((shape) => [shape.join(' × '), shape] as const))('of %s', (_, shape) =>
      conforms(softmax(shape)),
    )
    it.each(deviations)('of logits of a deviation of %d', (deviation) =>
      conforms(softmax([9, 10], deviation)),
    )
  })
  describe('cross-entropy', () => {
    const cases = classCounts.flatMap((classes) =>
      [1, 3, 8].map((rows) => ({ title: `of ${rows} rows of ${classes}`, rows, classes })),
    )
    itEach(subject, cases, oneClass, ({ rows, classes }) => conforms(ofClasses(rows, classes)))
    it.each(cases)('$title, given probabilities', ({ rows, classes }) => conforms(ofShares(rows, classes)))
    it.each(deviations)('of logits of a deviation of %d', async (deviation) => {
      await conforms(ofClasses(9, 10, deviation))
      await conforms(ofShares(9, 10, deviation))
    })
  })
  describe.each(differences)('%s', (name) => {
    const cases = [
      ...[1, 2, 3, 4, 5, 17, 2049].map((rows) => [rows, 1, 1] as const),
      ...[1e-3, 1, 1e3].map((deviation) => [13, 3, deviation] as const),
    ].map(([rows, width, deviation]) => ({
      title: `of ${rows} × ${width}, a deviation of ${deviation}`,
      rows,
      width,
      deviation,
    }))
    const refusal = () => (name === 'mae' ? 'TensorFlow.js gives |0| the slope −1' : undefined)
    itEach(subject, cases, refusal, (one) => conforms(ofDifference(name, one.rows, one.width, one.deviation)))
  })
  describe.runIf(hasOurs(subject))('losses of our own', fusedLosses)
}

/** Around the blocks of four. */
const classCounts = [1, 2, 3, 4, 5, 8, 13, 100, 1001]
const deviations = [1e-3, 1e2, 1e4]

const oneClass = ({ classes }: { classes: number }): string | undefined =>
  classes === 1 ? 'TensorFlow.js has no one-hot vectors of one class' : undefined

export function softmax(shape: readonly number[], deviation = 1): Conformance<'x' | 'dy', string> {
  const title = `softmax ${shape.join()} ${deviation}`
  const [x, dy] = [draw(`x ${title}`, shape, { deviation }), draw(`dy ${title}`, shape)]
  const y = reference.softmax(x)
  // Where one class has it all, the gradient is the rounding of a difference of equal numbers.
  return {
    inputs: { x, dy },
    want: { y, ...(deviation <= 1 && { dx: reference.softmaxGradient(y, dy) }) },
    run({ x, dy }) {
      const { value, grad } = tf.valueAndGrad((input: tf.Tensor) => tf.softmax(input))(x, dy)
      return { y: value, dx: grad }
    },
    tolerance: 1e-5,
  }
}

const taken =
  (name: LossName) =>
  ({ x, targets }: Record<'x' | 'targets', tf.Tensor>) => {
    const { value, grad } = tf.valueAndGrad((input: tf.Tensor) =>
      losses[name](input as tf.Tensor2D, targets),
    )(x)
    return { loss: value, gradient: grad }
  }

export function ofClasses(rows: number, classes: number, deviation = 1): Loss {
  const title = `${rows} × ${classes} ${deviation}`
  const x = draw(`logits ${title}`, [rows, classes], { deviation })
  const targets = drawIntegers(`classes ${title}`, [rows], 0, classes - 1)
  return {
    inputs: { x, targets },
    want: reference.crossEntropy(x, reference.oneHot(targets, classes)),
    run: taken('cross-entropy'),
    tolerance: 1e-5,
  }
}

export function ofShares(rows: number, classes: number, deviation = 1): Loss {
  const title = `shares ${rows} × ${classes} ${deviation}`
  const x = draw(`logits ${title}`, [rows, classes], { deviation })
  const { values, shape } = reference.softmax(draw(`shares ${title}`, [rows, classes]))
  const targets = { values: values.map(Math.fround), shape }
  return {
    inputs: { x, targets },
    want: reference.crossEntropy(x, targets),
    run: taken('cross-entropy'),
    tolerance: 1e-5,
  }
}

export function ofDifference(
  name: (typeof differences)[number],
  rows: number,
  width: number,
  deviation = 1,
): Loss {
  const title = `${name} ${rows} × ${width} ${deviation}`
  const [x, given] = [draw(`x ${title}`, [rows, width], { deviation }), draw(`t ${title}`, [rows, width])]
  // Some are met exactly: there the gradient is 0.
  const values = given.values.map((value, i) => (i % 5 === 1 ? x.values[i]! : value))
  const targets = { values, shape: width === 1 ? [rows] : [rows, width] }
  return {
    inputs: { x, targets },
    want: reference.difference(name, x, targets),
    run: taken(name),
    tolerance: 1e-5,
  }
}

/** What a loss says of some numbers, and its gradient. */
async function said(name: LossName, x: Operand, targets: Operand) {
  const given = { x: upload(x), targets: upload(targets) }
  const { loss, gradient } = taken(name)(given)
  const numbers = { loss: (await loss.data())[0], gradient: [...(await gradient.data())] }
  tf.dispose([given, loss, gradient])
  return numbers
}

const operand = (shape: readonly number[], ...values: number[]): Operand => ({
  values: Float64Array.from(values),
  shape,
})

function fusedLosses(): void {
  it('while the heap grows', () =>
    conformWhileGrowing([
      softmax([300, 17]),
      ofClasses(300, 17),
      ofShares(300, 17),
      ...differences.map((name) => ofDifference(name, 5000, 1)),
    ]))

  it('softmax of −∞ is 0, and of nothing else or NaN it is NaN', async () => {
    const x = tf.tensor2d([[-Infinity, 1, 1], [0, -Infinity, -Infinity], [1, NaN, 2], [-Infinity, -Infinity, -Infinity]]) // prettier-ignore
    const y = tf.softmax(x)
    const nothing = [NaN, NaN, NaN]
    expect([...(await y.data())]).toEqual([0, 0.5, 0.5, 1, 0, 0, ...nothing, ...nothing])
    tf.dispose([x, y])
  })

  it('a class of a logit of −∞ has probability 0, and costs nothing unless it is the right one', async () => {
    const x = operand([1, 3], -Infinity, 0, 0)
    const { loss, gradient } = await said('cross-entropy', x, operand([1], 1))
    expect(loss).toBeCloseTo(Math.log(2), 6)
    expect(gradient).toEqual([0, -0.5, 0.5])
    expect((await said('cross-entropy', x, operand([1], 0))).loss).toBe(Infinity)
  })

  it.each([...differences, 'cross-entropy'] as const)('%s does not hide NaN', async (name) => {
    const { loss, gradient } = await said(name, operand([2, 1], NaN, 1), operand([2], 0, 0))
    expect([loss, gradient[0]]).toEqual([NaN, NaN])
    expect(gradient[1]).not.toBeNaN()
  })

  it('a loss refuses targets of another size or kind', () => {
    const [x, classes] = [tf.ones([4, 3]), tf.tensor1d([0, 1, 2, 0])]
    const refused = (name: string, targets: tf.Tensor) => {
      expect(() => runKernel(name, { outputs: x, targets }, { kind: 'squared' })).toThrow(`kernel ${name}`)
      targets.dispose()
    }
    for (const name of [CrossEntropy, DifferenceLoss]) {
      refused(name, tf.ones([5, 3]))
      refused(name, tf.ones([3]))
      refused(name, tf.ones([4, 3], 'int32'))
    }
    refused(CrossEntropy, tf.cast(classes, 'int32'))
    tf.dispose([x, classes])
  })
}
