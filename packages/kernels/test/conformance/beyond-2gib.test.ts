import * as tf from '@tensorflow/tfjs-core'
import { afterEach, beforeAll, describe, expect, it } from 'vitest'
import { currentDevice } from '../../src/index.js'
import { ScaleBy } from '../../src/kernels/elementwise.js'
import { conforms, runKernel, type Conformance } from './support/conforms.js'
import { start } from './support/subject.js'
import { channelCases, poolCases, windowCases } from './support/windows.js'
import { cases as normCases, normalised } from './suites/batch-norm.js'
import { convolutions, convolved } from './suites/conv.js'
import { gated } from './suites/elementwise.js'
import { cases as products, product } from './suites/mat-mul.js'
import { avgPooled, maxPooled } from './suites/pool.js'
import { cases as reductions, reduced } from './suites/reduce.js'

const MiB = 2 ** 20
const half = 2048 * MiB

/** Memory that nobody writes, and so the system need not give: a heap of 4 GiB is an address range here. */
const held: tf.TensorInfo[] = []

function hold(bytes: number): void {
  const backend = tf.backend() as unknown as { makeOutput(shape: number[], dtype: 'float32'): tf.TensorInfo }
  held.push(backend.makeOutput([bytes / 4], 'float32'))
}

const release = () => held.splice(0).forEach(({ dataId }) => tf.backend().disposeData(dataId))

beforeAll(() => start({ name: 'wasm', backend: 'wasm' }))
afterEach(release)

describe('addresses beyond 2 GiB', () => {
  const every = <T>(n: number, table: readonly T[]): T[] => table.filter((_, i) => i % n === 0)
  const some: Record<string, Conformance<string, string>[]> = {
    conv2d: [...every(61, windowCases()), ...every(19, channelCases())].map((one) =>
      convolved(convolutions[0]!, one),
    ),
    depthwiseConv2d: every(61, windowCases()).map((one) => convolved(convolutions[1]!, one)),
    maxPool: every(23, poolCases()).map((one) => maxPooled(one)),
    avgPool: every(23, poolCases()).map(avgPooled),
    'batch norm': every(7, normCases).map(normalised),
    'sum and mean': every(17, reductions).flatMap((one) => [reduced('sum', one), reduced('mean', one)]),
    matMul: every(29, products).map(product),
    gates: [gated(17, 3), gated(4101, 8)],
  }
  it.each(Object.entries(some))('%s', async (_, conformances) => {
    for (let i = 0; i < 5; i++) hold(480 * MiB)
    for (const one of conformances)
      await conforms(one, (tensors) => {
        const lowest = Math.min(...tensors.map((tensor) => currentDevice()!.pointer(tensor)))
        expect(lowest).toBeGreaterThan(half)
      })
  })

  it('a tensor that lies across the boundary keeps its numbers', async () => {
    for (let i = 0; i < 4; i++) hold(480 * MiB)
    hold(half - 32 * MiB - 4 * 480 * MiB)
    const values = Float32Array.from({ length: 16 * MiB }, (_, i) => i % 1021)
    const x = tf.tensor1d(values)
    const at = currentDevice()!.pointer(x)
    expect(at).toBeLessThan(half)
    expect(at + values.byteLength).toBeGreaterThan(half)
    const gates = tf.tensor1d([3])
    const tripled = runKernel(ScaleBy, { x, gates }, { index: 0 })
    expect(Buffer.compare(Buffer.from((await x.data()).buffer), Buffer.from(values.buffer))).toBe(0)
    expect((await tripled.data()).every((value, i) => value === 3 * values[i]!)).toBe(true)
    expect(tf.sum(x).dataSync()[0]).toBe(Math.fround(values.reduce((sum, value) => sum + value, 0)))
    tf.dispose([x, gates, tripled])
  })
})

describe('a full heap', () => {
  it('is refused, and neither tensors nor kernels suffer', async () => {
    const [x, y] = [tf.tensor1d([1, 2, 3]), tf.tensor1d([4, 5, 6])]
    expect(() => {
      for (let i = 0; i < 9; i++) hold(480 * MiB)
    }).toThrow('heap of at most 4 GiB is full')
    expect(held).toHaveLength(8)
    expect(() => tf.zeros([120 * MiB])).toThrow('heap of at most 4 GiB is full')
    expect([...(await tf.add(x, y).data())]).toEqual([5, 7, 9])
    release()
    for (const one of channelCases().slice(0, 3)) await conforms(convolved(convolutions[0]!, one))
  })
})
