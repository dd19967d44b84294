import * as tf from '@tensorflow/tfjs-core'
import { expect, it } from 'vitest'
import { kernelCases } from '../bench/kernel-cases.js'

it.each(kernelCases)('$title is a case that its kernel takes', async ({ name, inputs, attrs }) => {
  const tensors = Object.fromEntries(Object.entries(inputs).map(([key, shape]) => [key, tf.ones([...shape])]))
  // Concat takes its tensors as an array.
  const given = '0' in tensors ? (Object.values(tensors) as unknown as tf.NamedTensorMap) : tensors
  const found = tf.engine().runKernel<tf.Tensor | tf.Tensor[]>(name, given, attrs as tf.NamedAttrMap)
  const results = Array.isArray(found) ? found : [found]
  expect(results.length).toBeGreaterThan(0)
  for (const result of results) expect((await result.data()).every(Number.isFinite)).toBe(true)
  tf.dispose([tensors, results])
})

it('a case keeps what it counts', () => {
  for (const { title, flop, bytes } of kernelCases) expect(flop ?? bytes, title).toBeGreaterThan(0)
})
