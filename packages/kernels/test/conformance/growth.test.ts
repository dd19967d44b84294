import * as tf from '@tensorflow/tfjs-core'
import { beforeAll, describe, expect, it } from 'vitest'
import { currentDevice } from '../../src/index.js'
import { BatchNormGradient, BatchStatistics, Normalise } from '../../src/kernels/batch-norm.js'
import { runKernel } from './support/conforms.js'
import { start } from './support/subject.js'

beforeAll(() => start({ name: 'wasm', backend: 'wasm' }))

describe('a heap that grows inside a kernel', () => {
  it('batch norm writes where its tensors are then', async () => {
    const rows = (values: tf.Tensor) => tf.reshape(tf.sin(values), [2 ** 17, 16])
    const [x, dy] = tf.tidy(() => [rows(tf.range(0, 2 ** 21)), rows(tf.range(1, 2 ** 21 + 1))] as const)
    const affine = { scale: tf.range(1, 17), offset: tf.range(0, 16) }
    const [mean, variance] = runKernel<[tf.Tensor, tf.Tensor]>(BatchStatistics, { x })
    const run = () => [
      runKernel(Normalise, { x, mean, variance, ...affine }, { epsilon: 1e-5 }),
      ...runKernel<tf.Tensor[]>(
        BatchNormGradient,
        { x, dy, mean, variance, scale: affine.scale },
        { epsilon: 1e-5 },
      ),
    ]
    const results = [run()]
    const numbers = async (tensors: tf.Tensor[]) => Promise.all(tensors.map((tensor) => tensor.data()))
    const want = await numbers(results[0]!)
    let growths = 0
    while (growths < 2 && results.length < 64) {
      const { buffer } = currentDevice()!.memory
      const latest = run()
      results.push(latest)
      if (currentDevice()!.memory.buffer === buffer) continue
      growths += 1
      const got = await numbers(latest)
      expect(got.every((array, i) => array.every((value, j) => value === want[i]![j]))).toBe(true)
    }
    expect(growths).toBe(2)
    tf.dispose([x, dy, mean, variance, affine, results])
  })
})
