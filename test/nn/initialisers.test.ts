import * as tf from '@tensorflow/tfjs-core'
import { describe, expect, it } from 'vitest'
import { randomSource } from '../../src/base/random.js'
import { graphBuilder } from '../../src/nn/builder.js'
import { initialValues, type InitialiserName } from '../../src/nn/initialisers.js'
import { sliced, ParameterStore } from '../../src/nn/parameter-store.js'
import { tensorCounter } from '../setup/tensors.js'

const random = randomSource(3)
const variance = (values: Float32Array) => values.reduce((sum, v) => sum + v * v, 0) / values.length

describe('initial values', () => {
  it.each<[InitialiserName, number[], number]>([
    ['he-normal', [3, 3, 64, 32], 2 / (9 * 64)],
    ['he-normal', [5, 5, 512, 1], 2 / 25],
    ['glorot-uniform', [300, 100], 2 / 400],
  ])('%s of [%s] have variance %f', (init, shape, wanted) => {
    const values = initialValues(init, shape, random, 'w')
    expect(values).toHaveLength(shape.reduce((a, b) => a * b))
    expect(variance(values) / wanted).toBeCloseTo(1, 1)
  })

  it('stay within ±√(6 / (fan-in + fan-out)) for glorot-uniform', () => {
    const values = initialValues('glorot-uniform', [30, 20], random, 'w')
    expect(Math.max(...values.map(Math.abs))).toBeLessThanOrEqual(Math.sqrt(6 / 50))
  })

  it('depend on the parameter’s name, not on its neighbours', () => {
    const kernel = (wide: boolean) => {
      const b = graphBuilder([4], 'l')
      const x = wide ? b.within('more').dense(b.input, 4) : b.input
      b.output('task', b.within('last').dense(x, 3))
      const store = ParameterStore.of(b.graph(), random)
      const values = store.values().get('last/dense:kernel')
      store.dispose()
      return values
    }
    expect(kernel(true)).toEqual(kernel(false))
    expect(initialValues('he-normal', [4, 3], random, 'a')).not.toEqual(
      initialValues('he-normal', [4, 3], random, 'b'),
    )
  })
})

describe('the parameter store', () => {
  const graph = () => {
    const b = graphBuilder([3], 'l')
    b.output('task', b.batchNorm(b.dense(b.input, 2)))
    return b.graph()
  }

  it('frees everything that it owns', () => {
    const newTensors = tensorCounter()
    const store = ParameterStore.of(graph(), random)
    store.set('dense:bias', tf.tensor1d([1, 2]))
    expect(newTensors()).toBe(6)
    expect([...store.values().get('dense:bias')!]).toEqual([1, 2])
    store.dispose()
    expect(newTensors()).toBe(0)
  })

  it('fills constants by itself and refuses to make up a weight', () => {
    const kernel = new Map([['dense:kernel', new Float32Array(6)]])
    const store = ParameterStore.filled(graph(), kernel)
    expect([...store.values().get('batch-norm:scale')!]).toEqual([1, 1])
    store.dispose()
    expect(() => ParameterStore.filled(graph(), new Map())).toThrow('no value for parameter dense:kernel')
  })

  it('refuses an unknown name', () => {
    const store = ParameterStore.of(graph(), random)
    expect(() => store.get('dense:kernels')).toThrow('unknown parameter: dense:kernels')
    store.dispose()
  })

  it('cuts along several axes', () => {
    const cutting = tf.tidy(() =>
      sliced(tf.reshape(tf.range(0, 12), [3, 4]), [
        { axis: 0, indices: [0, 2] },
        { axis: 1, indices: [1, 3] },
      ]).arraySync(),
    )
    expect(cutting).toEqual([
      [1, 3],
      [9, 11],
    ])
  })
})
