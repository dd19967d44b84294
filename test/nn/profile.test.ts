import * as tf from '@tensorflow/tfjs-core'
import { describe, expect, it } from 'vitest'
import { randomSource } from '../../src/base/random.js'
import { graphBuilder } from '../../src/nn/builder.js'
import type { BatchStatistics } from '../../src/nn/functions/batch-norm.js'
import { ParameterStore } from '../../src/nn/parameter-store.js'
import { passProfile } from '../../src/nn/profile.js'
import { programOf } from '../../src/nn/program.js'
import { runGradients } from '../../src/nn/run.js'

describe('a profile of a pass', () => {
  /** ReLU → depthwise 3×3 → pointwise to 8 channels → batch norm, on images [6, 6, 4], and 5 of them. */
  const profiled = () => {
    const b = graphBuilder([6, 6, 4], 'l')
    const inner = b.depthwise(b.activation(b.conv(b.input, { channels: 4, kernel: 1 }), 'relu'), {
      kernel: 3,
    })
    b.output('task', b.batchNorm(b.conv(inner, { channels: 8, kernel: 1 }), { affine: false }))
    const graph = b.graph()
    const store = ParameterStore.of(graph, randomSource(1))
    const profile = passProfile()
    const statistics = new Map<string, BatchStatistics>()
    const input = tf.ones([5, 6, 6, 4])
    const program = programOf(graph, { roles: ['task'], trained: new Set(graph.nodes.map(({ id }) => id)) })
    const gradients = runGradients(
      program,
      {
        input,
        training: true,
        parameter: (name) => store.get(name),
        mixture: () => expect.fail('no gates here'),
        statistics,
        observe: profile.observe,
      },
      ({ task }) => ({ task: tf.onesLike(task!) }),
    )
    tf.dispose([input, [...gradients.parameters.values()]])
    for (const { mean, variance } of statistics.values()) tf.dispose([mean, variance])
    store.dispose()
    return profile
  }
  const images = 5 * 36

  it('counts what is done, in bytes and multiplications and additions', () => {
    const rows = profiled().read()
    const of = (kind: string, run: string) => rows.find((row) => row.kind === kind && row.run === run)!
    const once = 2 * images * (9 * 4 + 4 * 8)
    expect(of('separable', 'forward')).toMatchObject({ count: 1, flop: once, bytes: 4 * images * (4 + 8) })
    expect(of('conv', 'forward').flop).toBe(2 * images * 16)
    expect(of('batch-norm', 'backward')).toMatchObject({ count: 1, flop: 0 })
    for (const { milliseconds } of rows) expect(milliseconds).toBeGreaterThan(0)
    expect(rows.map(({ milliseconds }) => milliseconds)).toEqual(
      rows.map(({ milliseconds }) => milliseconds).sort((a, b) => b - a),
    )
  })

  it('starts again when cleared', () => {
    const profile = profiled()
    expect(profile.read().length).toBeGreaterThan(0)
    profile.clear()
    expect(profile.read()).toEqual([])
  })
})
