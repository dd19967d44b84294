import * as tf from '@tensorflow/tfjs-core'
import { beforeAll, describe, expect, it } from 'vitest'
import { useBackend } from '../../src/backend/index.js'
import { randomSource } from '../../src/base/random.js'
import { graphBuilder } from '../../src/nn/builder.js'
import { parametersOf } from '../../src/nn/cost.js'
import { operationOf, operations } from '../../src/nn/operations/index.js'
import { dot, numericGradient, relativeError } from '../helpers/numeric.js'
import { gradientsOf, normals, outputOf, randomValues } from '../helpers/networks.js'

beforeAll(() => useBackend('wasm'))

const random = randomSource(21)
const [rows, size, channels] = [2, 5, 2]

/** Inputs that lie apart, so that no ReLU and no maximum changes sides within a finite difference. */
function separated(count: number): Float32Array {
  const order = random.stream('input').permutation(count)
  return Float32Array.from(order, (place) => (place - count / 2 + 0.5) * (4 / count))
}

function network(name: string, stride: number, affine: boolean) {
  const b = graphBuilder([size, size, channels], 'l')
  const y = operationOf(name)!.build!(b, b.input, { channels, stride, affine })
  b.output('task', y)
  return { graph: b.graph(), shape: b.shapeOf(y) }
}

describe.each(operations.filter(({ build }) => build).map(({ name }) => name))('%s', (name) => {
  describe.each([1, 2])('with stride %i', (stride) => {
    const { graph, shape } = network(name, stride, true)
    const half = Math.ceil(size / stride)

    it('has the shape [H / stride, W / stride, channels]', () => {
      expect(shape).toEqual([half, half, channels])
    })

    it('has the gradients of finite differences while training, on wasm', () => {
      expect(tf.getBackend()).toBe('wasm')
      const numbers = {
        input: separated(rows * size * size * channels),
        parameters: randomValues(graph, random),
        training: true,
      }
      const upstream = normals(random, 'dy', rows * half * half * channels)
      const trained = parametersOf(graph).filter(({ role }) => role === 'weight')

      const before = tf.memory().numTensors
      const got = gradientsOf(graph, 'task', numbers, upstream)
      expect(tf.memory().numTensors).toBe(before)
      const loss = (changed: object) => dot(outputOf(graph, 'task', { ...numbers, ...changed }), upstream)
      const wanted = new Map([
        ['input:gradient', numericGradient((input) => loss({ input }), numbers.input)],
        ...trained.map(({ name: key }): [string, Float64Array] => [
          key,
          numericGradient(
            (values) => loss({ parameters: new Map([...numbers.parameters, [key, values]]) }),
            numbers.parameters.get(key)!,
          ),
        ]),
      ])
      for (const [key, want] of wanted) expect(relativeError(got.get(key)!, want), key).toBeLessThan(0.01)
    })
  })

  it('owns scale and offset only where they are asked for', () => {
    const trained = (affine: boolean) =>
      parametersOf(network(name, 2, affine).graph).filter(({ name: key }) => /:(scale|offset)$/.test(key))
    const pooling = name.includes('pool')
    expect(trained(false)).toHaveLength(0)
    expect(trained(true).length > 0).toBe(!pooling)
  })
})

it('a name that is not in the table has no operation', () => {
  expect(operationOf('conv-9x9')).toBeUndefined()
})

it('no two operations share a name', () => {
  expect(new Set(operations.map(({ name }) => name)).size).toBe(operations.length)
})
