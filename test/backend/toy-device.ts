import * as tf from '@tensorflow/tfjs-core'
import type { Device } from '../../src/backend/device.js'
import { plainDevice } from '../../src/backend/devices/plain.js'
import type { KernelInputs, KernelName, KernelTable } from '../../src/backend/kernel-table.js'

/*
 * A device of a hundred lines of plain JavaScript on backend cpu, whose tensors keep their numbers in arrays of
 * this program: some kernels, sums and steps in place. It shows what a new device takes.
 */

const numbers = (tensor: tf.Tensor): Float32Array => tf.backend().readSync(tensor.dataId) as Float32Array

/** Tensors that share their numbers with others cannot be told here, so all of rank 0 count as shared. */
const owns = (tensor: tf.Tensor): boolean => tensor.rank > 0

type Kernels = {
  [Name in KernelName]?: (
    inputs: KernelInputs<Name>,
    attrs: KernelTable[Name]['attrs'],
  ) => KernelTable[Name]['out']
}

/** Stores a gradient: in a tensor of its own, or added to a sum. */
function into(sum: tf.Tensor | undefined, shape: readonly number[], value: (i: number) => number): tf.Tensor {
  if (!sum) return tf.tensor(Float32Array.from({ length: tf.util.sizeFromShape([...shape]) }, (_, i) => value(i)), [...shape]) // prettier-ignore
  const total = numbers(sum)
  for (let i = 0; i < total.length; i++) total[i]! += value(i)
  return sum
}

const members = (inputs: Readonly<Record<string, tf.Tensor | undefined>>): Float32Array[] =>
  Object.keys(inputs)
    .filter((name) => /^x\d+$/.test(name))
    .map((_, m) => numbers(inputs[`x${m}`]!))

const kernels: Kernels = {
  SenteiReluGradient({ dy, y, sum }, { limit = Infinity }) {
    const [d, of] = [numbers(dy), numbers(y)]
    return into(sum, y.shape, (i) => (of[i]! > 0 && of[i]! < limit ? d[i]! : 0))
  },
  SenteiCrop({ x }, { top, left }) {
    const [n, h, w, c] = x.shape as [number, number, number, number]
    const [rows, row, of] = [h - top, (w - left) * c, numbers(x)]
    const from = (i: number) => (Math.floor(i / row / rows) * h + (Math.floor(i / row) % rows) + top) * w * c
    return into(undefined, [n, rows, w - left, c], (i) => of[from(i) + left * c + (i % row)]!)
  },
  SenteiBatchStatistics({ x }) {
    const [of, channels] = [numbers(x), x.shape.at(-1)!]
    const count = of.length / channels
    const mean = new Float64Array(channels)
    const variance = new Float64Array(channels)
    of.forEach((value, i) => (mean[i % channels]! += value / count))
    of.forEach((value, i) => (variance[i % channels]! += (value - mean[i % channels]!) ** 2 / count))
    return [mean, variance].map((each) => tf.tensor1d(Float32Array.from(each)))
  },
  SenteiWeightedSum({ gates, ...inputs }) {
    const [xs, g] = [members(inputs), numbers(gates)]
    return into(undefined, inputs.x0!.shape, (i) => xs.reduce((sum, x, m) => sum + x[i]! * g[m]!, 0))
  },
  SenteiGateGradients({ dy, ...inputs }) {
    const [xs, d] = [members(inputs), numbers(dy)]
    return into(undefined, [xs.length], (m) =>
      xs[m]!.reduce((sum, x, i) => sum + x * d[i]!, 0),
    ) as tf.Tensor1D
  },
  SenteiDifferenceLoss({ outputs, targets }, { kind }) {
    const [y, t] = [numbers(outputs), numbers(targets)]
    const slope = (d: number) => ({ squared: 2 * d, absolute: Math.sign(d), huber: Math.max(-1, Math.min(1, d)) })[kind] // prettier-ignore
    const loss = (d: number) => ({ squared: d * d, absolute: Math.abs(d), huber: Math.abs(d) < 1 ? (d * d) / 2 : Math.abs(d) - 0.5 })[kind] // prettier-ignore
    const mean = y.reduce((sum, value, i) => sum + loss(value - t[i]!), 0) / y.length
    return [tf.scalar(mean), into(undefined, outputs.shape, (i) => slope(y[i]! - t[i]!) / y.length)]
  },
}

const shrink = (w: number, by: number): number => Math.sign(w) * Math.max(0, Math.abs(w) - by)

/** Steps each number of each row, given its gradient. */
type Rows = Parameters<NonNullable<Device['steps']>['sgd']>[0]
function stepEach(
  rows: Rows,
  scale = 1,
  step: (g: number, slots: Float32Array[], i: number) => number,
): void {
  for (const { value, gradient, slots, decay, threshold, rate } of rows) {
    const [w, g, states] = [numbers(value), numbers(gradient), slots.map(numbers)]
    w.forEach(
      (old, i) => (w[i] = shrink(old - rate * step(scale * g[i]! + decay * old, states, i), threshold)),
    )
  }
}

export const toyDevice: Device = {
  ...plainDevice('cpu'),
  has: (kernel) => kernel in kernels,
  run: (kernel, inputs, attrs) =>
    (kernels[kernel] ?? ((): never => plainDevice('cpu').run(kernel, inputs, attrs) as never))(inputs, attrs),
  owns,
  numbers,
  addTo: (total, x) => owns(total) && into(total, total.shape, (i) => numbers(x)[i]!) === total,
  scale: (x, factor) => owns(x) && into(x, x.shape, (i) => numbers(x)[i]! * (factor - 1)) === x,
  steps: {
    sgd: (rows, { rate, momentum, scale }) =>
      stepEach(rows, scale, (g, [v], i) => rate * (v![i] = momentum * v![i]! + g)),
    adam: (rows, { rate, beta1, beta2, epsilon, count, scale }) =>
      stepEach(rows, scale, (g, [first, second], i) => {
        const m = (first![i] = beta1 * first![i]! + (1 - beta1) * g) / (1 - beta1 ** count)
        const v = (second![i] = beta2 * second![i]! + (1 - beta2) * g * g) / (1 - beta2 ** count)
        return (rate * m) / (Math.sqrt(v) + epsilon)
      }),
    blend(pairs, share) {
      for (const { average, observed } of pairs)
        into(average, average.shape, (i) => (numbers(observed)[i]! - numbers(average)[i]!) * share)
    },
    squaredNorm: (tensors) =>
      tensors.reduce((sum, tensor) => numbers(tensor).reduce((total, g) => total + g * g, sum), 0),
  },
}
