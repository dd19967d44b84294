import * as tf from '@tensorflow/tfjs-core'
import { describe, expect, it } from 'vitest'
import { graphBuilder } from '../../src/nn/builder.js'
import { ancestors } from '../../src/nn/graph.js'
import { run } from '../../src/nn/run.js'
import { outputOf } from '../helpers/networks.js'

function twoHeads() {
  const b = graphBuilder([2], 'l')
  const code = b.within('encoder').dense(b.input, 2)
  b.output('task', b.within('head').dense(code, 1))
  b.output('reconstruction', b.within('decoder').dense(code, 2))
  return b.graph()
}

const parameters = new Map([
  ['encoder/dense:kernel', Float32Array.of(1, 2, 3, 4)],
  ['encoder/dense:bias', Float32Array.of(1, -1)],
  ['head/dense:kernel', Float32Array.of(1, -1)],
  ['head/dense:bias', Float32Array.of(0.5)],
])

describe('run', () => {
  it('computes a network as a hand does', () => {
    // [1, 2] · [[1, 2], [3, 4]] + [1, −1] = [8, 9]; 8 − 9 + 0.5.
    expect([...outputOf(twoHeads(), 'task', { input: Float32Array.of(1, 2), parameters })]).toEqual([-0.5])
  })

  it('computes only what the asked roles need', () => {
    const graph = twoHeads()
    const asked = new Set<string>()
    tf.tidy(() => {
      run(graph, ['task'], {
        input: tf.tensor2d([[1, 2]]),
        training: false,
        parameter(name) {
          asked.add(name.slice(0, name.indexOf('/')))
          return tf.tensor(
            parameters.get(name)!,
            name.endsWith('bias') ? undefined : [2, name.startsWith('encoder') ? 2 : 1],
          )
        },
        mixture: () => tf.tensor1d([]),
        statistics: new Map(),
      })
    })
    expect([...asked]).toEqual(['encoder', 'head'])
    expect([...ancestors(graph, ['decoder/dense'])].sort()).toEqual([
      'decoder/dense',
      'encoder/dense',
      'input',
    ])
  })

  it('adds with constants, and multiplies features by constants', () => {
    const b = graphBuilder([2], 'l')
    const affine = b.node('affine', [b.input])
    b.output('task', b.node('add', [affine, b.input], { weights: [2, -1] }))
    const constants = new Map([
      ['affine:scale', Float32Array.of(10, 100)],
      ['affine:offset', Float32Array.of(1, 0)],
    ])
    const output = outputOf(b.graph(), 'task', { input: Float32Array.of(1, 2), parameters: constants })
    expect([...output]).toEqual([2 * 11 - 1, 2 * 200 - 2])
  })

  it('normalises by the batch while training and by moving averages afterwards', () => {
    const b = graphBuilder([1], 'l')
    b.output('task', b.batchNorm(b.input))
    const graph = b.graph()
    const values = new Map(
      Object.entries({ scale: 2, offset: 1, mean: 3, variance: 4 }).map(([key, value]) => [
        `batch-norm:${key}`,
        Float32Array.of(value),
      ]),
    )
    const input = Float32Array.of(5, 7)
    const training = outputOf(graph, 'task', { input, parameters: values, training: true })
    const evaluation = outputOf(graph, 'task', { input, parameters: values })
    expect(training[0]).toBeCloseTo(-1, 4)
    expect(training[1]).toBeCloseTo(3, 4)
    expect(evaluation[0]).toBeCloseTo(3, 4)
    expect(evaluation[1]).toBeCloseTo(5, 4)
  })
})
