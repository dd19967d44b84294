import * as tf from '@tensorflow/tfjs-core'
import { describe, expect, it } from 'vitest'
import { randomSource } from '../../src/base/random.js'
import { graphBuilder } from '../../src/nn/builder.js'
import { parametersOf } from '../../src/nn/cost.js'
import { operationOf, operations } from '../../src/supernet/operations/index.js'
import { gradientsOf, normals, outputOf, randomValues } from '../helpers/networks.js'
import { dot, numericGradient, relativeError } from '../helpers/numeric.js'
import { tensorCounter } from '../setup/tensors.js'

const random = randomSource(21)
const [rows, size, channels] = [2, 5, 2]

/** Inputs that lie apart, so that no ReLU and no maximum changes sides within a finite difference. */
function separated(count: number): Float32Array {
  const order = random.stream('input').permutation(count)
  return Float32Array.from(order, (place) => (place - count / 2 + 0.5) * (4 / count))
}

function network(name: string, input: readonly number[], stride: number, affine: boolean) {
  const b = graphBuilder(input, 'l')
  const y = operationOf(name)!.build!(b, b.input, { channels, stride, affine })
  b.output('task', y)
  return { graph: b.graph(), shape: b.shapeOf(y) }
}

const tolerance = 0.02
const image = [size, size, channels]
const series = [9, channels]
const built = operations.filter(({ build }) => build).map(({ name }) => name)
/** Of the family that one factory makes, on images, where its kernels are many numbers: the smallest and some others. */
const skipped = (name: string) => name.startsWith('mb-') && !/3x3-e[13]|5x5-e1/.test(name)

describe.each(built)('%s', (name) => {
  describe.each([
    ['image', image, 1],
    ['image', image, 2],
    ['series', series, 1],
    ['series', series, 2],
  ] as const)('on an %s %j with stride %i', (kind, input, stride) => {
    const { graph, shape } = network(name, input, stride, true)
    const output = [...input.slice(0, -1).map((n) => Math.ceil(n / stride)), channels]
    const sizeOf = (of: readonly number[]) => of.reduce((a, b) => a * b, rows)

    it('has the shape of its input divided by the stride, and its channels', () => {
      expect(shape).toEqual(output)
    })

    it.skipIf(kind === 'image' && skipped(name))(
      'has the gradients of finite differences while training, on wasm',
      () => {
        expect(tf.getBackend()).toBe('wasm')
        const trained = parametersOf(graph).filter(({ role }) => role === 'weight')

        /** The largest relative error of any gradient, at parameters drawn anew. */
        const worst = (attempt: number): number => {
          const draws = randomSource(21 + attempt)
          const numbers = {
            input: separated(sizeOf(input)),
            parameters: randomValues(graph, draws),
            training: true,
          }
          const upstream = normals(draws, 'dy', sizeOf(output))
          const newTensors = tensorCounter()
          const got = gradientsOf(graph, 'task', numbers, upstream)
          expect(newTensors()).toBe(0)
          const loss = (changed: object) => dot(outputOf(graph, 'task', { ...numbers, ...changed }), upstream)
          const wanted: [string, Float64Array][] = [
            ['input:gradient', numericGradient((x) => loss({ input: x }), numbers.input)],
            ...trained.map(({ name: key }): [string, Float64Array] => [
              key,
              numericGradient(
                (values) => loss({ parameters: new Map([...numbers.parameters, [key, values]]) }),
                numbers.parameters.get(key)!,
              ),
            ]),
          ]
          // Noise hands no gradient back: that is 0 everywhere.
          const own = (key: string, length: number) => got.get(key) ?? new Float32Array(length)
          return Math.max(...wanted.map(([key, want]) => relativeError(own(key, want.length), want)))
        }
        // Where an inner ReLU changes sides within a difference, other draws tell.
        let error = Infinity
        for (let attempt = 0; attempt < 4 && error > tolerance; attempt++) error = worst(attempt)
        expect(error).toBeLessThan(tolerance)
      },
    )
  })

  it('owns scale and offset only where they are asked for', () => {
    const trained = (affine: boolean) =>
      parametersOf(network(name, image, 2, affine).graph).filter(({ name: key }) =>
        /:(scale|offset)$/.test(key),
      )
    expect(trained(false)).toHaveLength(0)
    expect(trained(true).length > 0).toBe(!/pool|noise/.test(name))
  })
})

it('a name that is not in the table has no operation', () => {
  expect(operationOf('conv-9x9')).toBeUndefined()
})

it('no two operations share a name', () => {
  expect(new Set(operations.map(({ name }) => name)).size).toBe(operations.length)
})
