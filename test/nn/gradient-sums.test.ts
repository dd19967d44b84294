import * as tf from '@tensorflow/tfjs-core'
import { describe, expect, it } from 'vitest'
import { GradientSums } from '../../src/nn/gradient-sums.js'

const numbersOf = (sums: GradientSums, id: string) => [...sums.of(id)!.dataSync()]

describe('gradient sums', () => {
  it('share a gradient of several values, and neither copy it nor add to it', () => {
    const [sums, before] = [new GradientSums(), tf.memory().numDataBuffers]
    const dy = tf.tensor1d([1, 2])
    sums.add('a', dy)
    sums.add('b', dy)
    expect(sums.of('a')).toBe(sums.of('b'))
    expect(sums.addable('a')).toBeUndefined()
    sums.add('a', tf.tensor1d([10, 20]))
    expect([numbersOf(sums, 'a'), numbersOf(sums, 'b')]).toEqual([[11, 22], [1, 2]]) // prettier-ignore
    expect(sums.addable('b')).toBe(dy)
    sums.free('b')
    expect(dy.isDisposed).toBe(true)
    sums.dispose()
    expect(tf.memory().numDataBuffers).toBe(before)
  })

  it('double what a value gets from both sides of a sum', () => {
    const [sums, before] = [new GradientSums(), tf.memory().numDataBuffers]
    const dy = tf.tensor1d([3])
    for (const id of ['sum', 'x', 'x']) sums.add(id, dy)
    sums.free('sum')
    expect(numbersOf(sums, 'x')).toEqual([6])
    sums.dispose()
    expect(tf.memory().numDataBuffers).toBe(before)
  })

  it('add in place where nothing else uses the memory, and free what was added', () => {
    const sums = new GradientSums()
    const [first, second] = [tf.tensor1d([1]), tf.tensor1d([2])]
    sums.add('a', first)
    sums.add('a', second)
    expect(sums.of('a')).toBe(first)
    expect(second.isDisposed).toBe(true)
    expect(numbersOf(sums, 'a')).toEqual([3])
    sums.dispose()
  })
})
