import * as tf from '@tensorflow/tfjs-core'
import type { Attributes, Shape } from '../graph.js'
import { primitive } from './types.js'

/** The shape [T, C] of a series; throws for other shapes. */
function seriesShape(kind: string, shape: Shape): [steps: number, features: number] {
  if (shape.length !== 2) throw new Error(`${kind} needs a series, got [${shape.join(', ')}]`)
  return [shape[0]!, shape[1]!]
}

/** The last step of x [N, T, C], [N, 1, C]. */
function lastStep(x: tf.Tensor): tf.Tensor3D {
  const [n, steps, features] = x.shape as [number, number, number]
  return tf.slice3d(x as tf.Tensor3D, [0, steps - 1, 0], [n, 1, features])
}

/** x [N, T, C] without its last step. */
function earlierSteps(x: tf.Tensor): tf.Tensor3D {
  const [n, steps, features] = x.shape as [number, number, number]
  return tf.slice3d(x as tf.Tensor3D, [0, 0, 0], [n, steps - 1, features])
}

/** A series as differences from its last step, which stays unchanged: x_t − x_T for t < T, and x_T. */
export const fromLast = primitive({
  kind: 'from-last',
  featurewise: true,
  keepsZero: () => true,
  shape: ([x]) => seriesShape('from-last', x!),
  forward: ({ inputs: [x] }) => {
    const end = lastStep(x!)
    return tf.concat([tf.sub(earlierSteps(x!), end), end], 1)
  },
  backward: ({ dy }) => {
    const earlier = earlierSteps(dy)
    return { inputs: [tf.concat([earlier, tf.sub(lastStep(dy), tf.sum(earlier, 1, true))], 1)] }
  },
})

/** The given features of a series' last step: [T, C] → [columns], attrs columns. */
export const last = primitive({
  kind: 'last',
  shape: ([x], attrs) => {
    const [, features] = seriesShape('last', x!)
    const wrong = columnsOf(attrs).find((column) => !(column >= 0 && column < features))
    if (wrong !== undefined) throw new Error(`last expects columns 0 … ${features - 1}, got ${wrong}`)
    return [columnsOf(attrs).length]
  },
  forward: ({ inputs: [x], attrs }) =>
    tf.gather(tf.squeeze<tf.Tensor2D>(lastStep(x!), [1]), [...columnsOf(attrs)], 1),
  backward: ({ shapes: [shape], attrs, dy }) => {
    const [, steps, features] = shape as [number, number, number]
    const places = tf.oneHot(tf.tensor1d([...columnsOf(attrs)], 'int32'), features)
    const step = tf.matMul(dy, tf.cast(places, 'float32'))
    return {
      inputs: [
        tf.pad(tf.expandDims(step, 1), [
          [0, 0],
          [steps - 1, 0],
          [0, 0],
        ]),
      ],
    }
  },
})

const columnsOf = ({ columns }: Attributes): readonly number[] => columns as readonly number[]
