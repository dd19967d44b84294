import * as tf from '@tensorflow/tfjs-core'
import { currentDevice } from '../../backend/devices/index.js'
import type { KernelAttributes } from '../../backend/kernel-table.js'
import { addedTo } from './kernel.js'
import { reluGradient } from './relu.js'

/** An activation function and its gradient. f(0) = 0 unless `keepsZero` is false. */
export interface Activation {
  readonly of: (x: tf.Tensor) => tf.Tensor
  /** Whether the gradient reads the output y or the input x. */
  readonly reads: 'y' | 'x'
  /** May add the gradient to `sum` and then returns `sum`. */
  readonly gradient: (dy: tf.Tensor, read: tf.Tensor, sum?: tf.Tensor) => tf.Tensor
  readonly keepsZero?: false
}

/** Φ(x), the standard normal distribution function. */
const normalShare = (x: tf.Tensor): tf.Tensor => tf.mul(0.5, tf.add(1, tf.erf(tf.mul(x, Math.SQRT1_2))))

/** λ and α of selu, which keep the mean 0 and the variance 1 of a normal input (arXiv:1706.02515). */
const [seluScale, seluAlpha] = [1.0507009873554805, 1.6732632423543772]

const kernel = 'SenteiActivationGradient'

/** A gradient by one kernel; undefined where the device has none. */
const byKernel = (
  of: KernelAttributes<typeof kernel>['of'],
  dy: tf.Tensor,
  y: tf.Tensor,
  sum?: tf.Tensor,
): tf.Tensor | undefined =>
  currentDevice().has(kernel) ? addedTo(sum, kernel, { dy, y }, { of }) : undefined

/** The available activation functions. */
export const activations = {
  relu: { of: (x) => tf.relu(x), reads: 'y', gradient: (dy, y, sum) => reluGradient(dy, y, undefined, sum) },
  relu6: { of: (x) => tf.relu6(x), reads: 'y', gradient: (dy, y, sum) => reluGradient(dy, y, 6, sum) },
  tanh: {
    of: (x) => tf.tanh(x),
    reads: 'y',
    gradient: (dy, y, sum) => byKernel('tanh', dy, y, sum) ?? tf.sub(dy, tf.mul(dy, tf.mul(y, y))),
  },
  sigmoid: {
    of: (x) => tf.sigmoid(x),
    reads: 'y',
    gradient: (dy, y, sum) => byKernel('sigmoid', dy, y, sum) ?? tf.mul(dy, tf.mul(y, tf.sub(1, y))),
    keepsZero: false,
  },
  elu: {
    of: (x) => tf.elu(x),
    reads: 'y',
    // The derivative is y + 1 where y < 0, else 1.
    gradient: (dy, y, sum) => byKernel('elu', dy, y, sum) ?? tf.sub(dy, tf.mul(dy, tf.relu(tf.neg(y)))),
  },
  // x · σ(x) (arXiv:1710.05941): the derivative is σ + x · σ · (1 − σ).
  swish: {
    of: (x) => tf.mul(x, tf.sigmoid(x)),
    reads: 'x',
    gradient: (dy, x) => {
      const s = tf.sigmoid(x)
      return tf.mul(dy, tf.mul(s, tf.add(1, tf.mul(x, tf.sub(1, s)))))
    },
  },
  // x · Φ(x) (arXiv:1606.08415): the derivative is Φ + x · φ.
  gelu: {
    of: (x) => tf.mul(x, normalShare(x)),
    reads: 'x',
    gradient: (dy, x) => {
      const density = tf.mul(1 / Math.sqrt(2 * Math.PI), tf.exp(tf.mul(-0.5, tf.square(x))))
      return tf.mul(dy, tf.add(normalShare(x), tf.mul(x, density)))
    },
  },
  // λ x where x > 0, else λ α (eˣ − 1): the derivative is λ, or y + λ α.
  selu: {
    of: (x) => tf.selu(x),
    reads: 'y',
    gradient: (dy, y) =>
      tf.mul(dy, tf.where(tf.greater(y, 0), tf.fill(y.shape, seluScale), tf.add(y, seluScale * seluAlpha))),
  },
  // x · tanh(ln(1 + eˣ)) (arXiv:1908.08681): with t = tanh(…), the derivative is t + x · σ(x) · (1 − t²).
  mish: {
    of: (x) => tf.mul(x, tf.tanh(tf.softplus(x))),
    reads: 'x',
    gradient: (dy, x) => {
      const t = tf.tanh(tf.softplus(x))
      const slope = tf.mul(tf.sigmoid(x), tf.sub(1, tf.square(t)))
      return tf.mul(dy, tf.add(t, tf.mul(x, slope)))
    },
  },
} satisfies Record<string, Activation>
