import { describe, expect, it } from 'vitest'
import { randomSource } from '../../src/base/random.js'
import { graphBuilder, type GraphBuilder } from '../../src/nn/builder.js'
import { gradientsOf, normals, outputOf, randomValues } from '../helpers/networks.js'

const random = randomSource(33)

describe('random nodes', () => {
  const one = (build: (b: GraphBuilder) => string, training: boolean, size = 4000, more: object = {}) => {
    const b = graphBuilder([size], 'l')
    b.output('task', build(b))
    const numbers = { input: new Float32Array(8 * size).fill(3), parameters: new Map(), training, ...more }
    return [...outputOf(b.graph(), 'task', numbers)]
  }
  const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length

  it('drop the share of values that their rate says, and keep the mean', () => {
    const values = one((b) => b.dropout(b.input, 0.25), true)
    const dropped = values.filter((value) => value === 0).length / values.length
    expect(Math.abs(dropped - 0.25)).toBeLessThan(0.01)
    expect(Math.abs(mean(values) - 3)).toBeLessThan(0.05)
    expect(new Set(values.filter((value) => value !== 0))).toEqual(new Set([4]))
  })

  it('drop whole examples, and with a share of the rate fewer', () => {
    const paths = (dropPath?: number) => {
      const b = graphBuilder([2], 'l')
      b.output('task', b.dropPath(b.input, 0.5))
      const input = new Float32Array(4000).fill(1)
      const y = outputOf(b.graph(), 'task', { input, parameters: new Map(), training: true, dropPath })
      for (let i = 0; i < y.length; i += 2) expect(y[i]).toBe(y[i + 1])
      return { dropped: [...y].filter((value) => value === 0).length / y.length, kept: Math.max(...y) }
    }
    expect(Math.abs(paths().dropped - 0.5)).toBeLessThan(0.03)
    expect(paths().kept).toBe(2)
    expect(Math.abs(paths(0.2).dropped - 0.1)).toBeLessThan(0.02)
    expect(paths(0.2).kept).toBeCloseTo(1 / 0.9, 6)
    expect(paths(0)).toEqual({ dropped: 0, kept: 1 })
  })

  it('draw noise whatever the input is', () => {
    const b = graphBuilder([20, 20, 5], 'l')
    b.output('task', b.noise(b.input, { stride: 2, deviation: 3 }))
    const noise = [
      ...outputOf(b.graph(), 'task', {
        input: new Float32Array(10 * 2000).fill(100),
        parameters: new Map(),
        training: true,
      }),
    ]
    expect(noise).toHaveLength(5000)
    expect(Math.abs(mean(noise))).toBeLessThan(0.15)
    expect(Math.abs(mean(noise.map((v) => v * v)) - 9)).toBeLessThan(0.6)
  })

  it('are the identity, noise 0, where nothing is trained', () => {
    expect(new Set(one((b) => b.dropPath(b.dropout(b.input, 0.5), 0.5), false, 4))).toEqual(new Set([3]))
    const b = graphBuilder([3, 1], 'l')
    b.output('task', b.noise(b.input))
    const still = outputOf(b.graph(), 'task', { input: Float32Array.of(1, 2, 3), parameters: new Map() })
    expect([...still]).toEqual([0, 0, 0])
  })

  it('draw apart, node by node', () => {
    const b = graphBuilder([200], 'l')
    b.output('task', b.concat([b.dropout(b.input, 0.5), b.dropout(b.input, 0.5)]))
    const y = outputOf(b.graph(), 'task', {
      input: new Float32Array(200).fill(1),
      parameters: new Map(),
      training: true,
    })
    expect([...y.subarray(0, 200)]).not.toEqual([...y.subarray(200)])
  })

  it('draw the same again where a segment is computed again', () => {
    const b = graphBuilder([4, 4, 2], 'l')
    const x = b.dropout(b.conv(b.input, { channels: 2, kernel: 3 }), 0.5)
    const sum = b.add([b.dropPath(x, 0.5), b.noise(x), b.conv(x, { channels: 2, kernel: 1 })])
    b.output('task', b.node('mix', [sum, x], { group: 'g', members: ['a', 'b'] }))
    const graph = b.graph()
    const numbers = {
      input: normals(random, 'again', 3 * 32),
      parameters: randomValues(graph, random),
      gates: { g: [0.4, 0.6] },
      training: true,
    }
    const upstream = normals(random, 'up', 3 * 32)
    const kept = gradientsOf(graph, 'task', numbers, upstream)
    expect(gradientsOf(graph, 'task', numbers, upstream, new Set([0, 1]))).toEqual(kept)
  })

  it('say which node lacks random numbers', () => {
    expect(() => one((b) => b.within('late').dropout(b.input, 0.5), true, 4, { random: undefined })).toThrow(
      'late/dropout: a training pass needs random numbers here',
    )
  })
})
