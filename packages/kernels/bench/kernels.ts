/**
 * Each training kernel alone, with benchmark.js: its median time, TensorFlow.js's own on the same inputs
 * where that has one, and the share of the machine's peak.
 *
 *     npm run bench -w sentei-kernels [relaxed]
 */
import Benchmark from 'benchmark'
import * as tf from '@tensorflow/tfjs-core'
import '@tensorflow/tfjs-backend-wasm'
import { builtInKernel } from '../src/index.js'
import { measurePeaks, useTrainingKernels } from '../src/node.js'
import { kernelCases, type KernelCase } from './kernel-cases.js'

const relaxed = process.argv.includes('relaxed')
await tf.setBackend('wasm')
useTrainingKernels({ relaxed })
const peaks = measurePeaks()
console.log(
  `peaks of one core: ${peaks.gflops.toFixed(1)} GFLOP/s (multiply, then add), copy ${peaks.tensorCopy.toFixed(1)} GB/s of 4 MiB, ${peaks.memoryCopy.toFixed(1)} GB/s of 128 MiB`,
)

const random = (shape: readonly number[]): tf.Tensor =>
  tf.tidy(() => tf.add(tf.abs(tf.randomNormal([...shape], 0, 1, 'float32', 1)), 0.1))

interface Disposer {
  disposeData(dataId: object, force?: boolean): void
}

/** The median time of a kernel in ms. */
function median(
  { name, attrs }: KernelCase,
  inputs: tf.NamedTensorMap,
  kernelFunc: tf.KernelConfig['kernelFunc'],
) {
  const backend = tf.backend()
  // Concat takes its tensors as an array.
  const given = '0' in inputs ? (Object.values(inputs) as unknown as tf.NamedTensorMap) : inputs
  const run = () => {
    const result = kernelFunc({ inputs: given, attrs: attrs as tf.NamedAttrMap, backend })
    for (const { dataId } of Array.isArray(result) ? result : [result])
      (backend as unknown as Disposer).disposeData(dataId, true)
  }
  for (let i = 0; i < 5; i++) run()
  const bench = new Benchmark(name, run, { maxTime: 0.5, minSamples: 15 })
  bench.run()
  const sample = [...(bench.stats.sample as number[])].sort((a, b) => a - b)
  return 1000 * sample[sample.length >> 1]!
}

const rows = kernelCases.map((each) => {
  const inputs = Object.fromEntries(Object.entries(each.inputs).map(([key, shape]) => [key, random(shape)]))
  const ours = median(each, inputs, tf.getKernel(each.name, 'wasm').kernelFunc)
  const builtIn = each.comparable === false ? undefined : builtInKernel(each.name)
  const theirs = builtIn && median(each, inputs, builtIn)
  tf.dispose(inputs)
  const rate = each.flop
    ? `${(each.flop / ours / 1e6).toFixed(1)} GFLOP/s ${((100 * each.flop) / ours / 1e6 / peaks.gflops).toFixed(0)} %`
    : `${(each.bytes! / ours / 1e6).toFixed(1)} GB/s ${((100 * each.bytes!) / ours / 1e6 / peaks.tensorCopy).toFixed(0)} %`
  return {
    'kernel, [64,16,16,32] where not said': each.title,
    ms: ours.toFixed(3),
    'tfjs ms': theirs === undefined ? 'missing' : theirs.toFixed(3),
    ratio: theirs === undefined ? '–' : `${(theirs / ours).toFixed(1)} ×`,
    'rate, share of peak': rate,
  }
})
console.table(rows)
