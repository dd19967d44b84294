import * as tf from '@tensorflow/tfjs-core'
import type { Attributes } from '../graph.js'
import { featuresOf, primitive } from './types.js'

/** Where the outermost bins begin (−3) and end (3), in standard deviations. */
const widest = 3

/** The most bins. With more of them, inner edges would lie outside ±`widest`. */
export const mostBins = 128

/**
 * A piecewise linear encoding of numbers: how full each of `count` bins of every number is, [F] →
 * [F · count]; attrs count. Bin t of x, from e_t to e_{t+1}, is s · min(1, max(0, (x − e_t) / (e_{t+1} −
 * e_t))), with the bins of a number side by side (Gorishniy et al., arXiv:2203.05556, §3.2). s = 2 / √count
 * makes them together as large as the number. A dense layer that reads them computes a piecewise linear
 * function of each number.
 *
 * The edges are −3, then the t / count quantiles of the standard normal, since inputs are scaled, then 3.
 */
export const bins = primitive({
  kind: 'bins',
  shape: ([input], attrs) => {
    if (input!.length !== 1) throw new Error(`bins expect a vector, got [${input!.join(', ')}]`)
    if (!(countOf(attrs) >= 1 && countOf(attrs) <= mostBins))
      throw new Error(`bins expect a count from 1 to ${mostBins}, got ${countOf(attrs)}`)
    return [featuresOf(input!) * countOf(attrs)]
  },
  forward: ({ inputs, attrs }) => {
    const filled = fillOf(inputs[0]!, attrs)
    return tf.reshape(tf.maximum(tf.minimum(filled, fullOf(countOf(attrs))), 0), [inputs[0]!.shape[0], -1])
  },
  reads: { inputs: 'always' },
  backward: ({ inputs, attrs, dy, wanted }) => {
    if (!wanted.inputs[0]) return { inputs: [undefined] }
    const filled = fillOf(inputs[0]!, attrs)
    const inside = tf.cast(
      tf.logicalAnd(tf.greater(filled, 0), tf.less(filled, fullOf(countOf(attrs)))),
      'float32',
    )
    const { slopes } = linesOf(countOf(attrs))
    return { inputs: [tf.sum(tf.mul(tf.mul(tf.reshape(dy, filled.shape), inside), slopes), 2)] }
  },
})

const countOf = ({ count }: Attributes): number => count as number

/** The value of a full bin. */
export const fullOf = (count: number): number => 2 / Math.sqrt(count)

/** A quantile of the standard normal, accurate to 0.02, by the logistic function (Bowling et al. 2009). */
const quantile = (p: number): number => Math.log(p / (1 - p)) / 1.702

/** x · slope + offset for each bin, [N, F, count]. */
function fillOf(x: tf.Tensor, attrs: Attributes): tf.Tensor3D {
  const { slopes, offsets } = linesOf(countOf(attrs))
  return tf.add(tf.mul(tf.expandDims(x, 2), slopes), offsets)
}

/** The linear function of x inside each bin: slope and offset. */
export function linesOf(count: number): { slopes: Float32Array; offsets: Float32Array } {
  const edges = Array.from({ length: count + 1 }, (_, t) =>
    t === 0 ? -widest : t === count ? widest : quantile(t / count),
  )
  const slopes = Float32Array.from({ length: count }, (_, t) => fullOf(count) / (edges[t + 1]! - edges[t]!))
  return { slopes, offsets: slopes.map((slope, t) => -slope * edges[t]!) }
}
