import * as tf from '@tensorflow/tfjs-core'
import { describe, expect, it } from 'vitest'
import { useBackend } from '../../../src/backend/index.js'
import { gateScale, type GateScale } from '../../../src/search/gates/gate-scale.js'
import { gateTime, inspectionInterval } from '../../../src/search/gates/gate-time.js'
import { inUnitsOf, unitOf } from '../../helpers/gate-steps.js'
import type { GateGroup, Supernet } from '../../../src/supernet/types.js'
import { compile, one } from '../../schedule/context.js'

const group = (
  name: string,
  kind: GateGroup['kind'],
  members: number,
  total: number,
  max: number,
): GateGroup => ({
  name,
  layer: 'l',
  kind,
  members: Array.from({ length: members }, (_, i) => ({ name: String(i) })),
  total,
  keep: { min: 1, max },
})
const supernet = {
  groups: [
    group('edge', 'operations', 4, 1, 1),
    group('other', 'operations', 4, 1, 1),
    group('wide', 'units', 4, 4, 4),
    group('narrow', 'units', 2, 2, 2),
  ],
} as unknown as Supernet

const observe = (scale: GateScale, gradients: Readonly<Record<string, readonly number[]>>, onTask = true) =>
  tf.tidy(() => {
    const tensors = Object.entries(gradients).map(
      ([name, values]) => [name, tf.tensor1d([...values])] as const,
    )
    scale.observe(new Map(tensors), onTask)
  })
const read = unitOf
const gone = { axis: 0, indices: [0, 1] }

describe('the scale of gates', () => {
  it('of widths is the mean size of the mean gradient, so that noise averages out', () => {
    const scale = gateScale(supernet)
    observe(scale, { wide: [3, -1, -1, -1] })
    expect(read(scale, 'wide')).toBeCloseTo(1.5, 6)
    observe(scale, { wide: [-3, 1, 3, -1] })
    // The mean gradient is [0, 0, 1, -1].
    expect(read(scale, 'wide')).toBeCloseTo(0.5, 6)
    scale.dispose()
  })

  it('of choices is how far an iteration draws members apart, so that noise cannot make a choice', () => {
    const scale = gateScale(supernet)
    observe(scale, { edge: [3, -1, -1, -1] })
    expect(read(scale, 'edge')).toBeCloseTo(1.5, 6)
    // Of [7, 5, 5, 3] each is 1 from the mean; what all have in common draws none to 0.
    observe(scale, { edge: [7, 5, 5, 3] })
    expect(read(scale, 'edge')).toBeCloseTo((1.5 + 1) / 2, 6)
    scale.dispose()
  })

  it('lets the scale of the loss drop out', () => {
    const stepped = (factor: number) => {
      const scale = gateScale(supernet)
      const steps = [1, 2, 3].flatMap((t) => {
        const gradient = [t * factor, -factor, 0.5 * factor, -t * factor]
        observe(scale, { edge: gradient })
        return tf.tidy(() => inUnitsOf(scale, 'edge', tf.tensor1d(gradient)))
      })
      scale.dispose()
      return steps
    }
    const [small, large] = [stepped(1e-6), stepped(1e3)]
    small.forEach((value, i) => expect(value).toBeCloseTo(large[i]!, 4))
  })

  it('is 0 before any gradient, and takes no gradient apart from that', () => {
    const scale = gateScale(supernet)
    expect(read(scale, 'edge')).toBe(0)
    observe(scale, { edge: [0, 0, 0, 0] })
    const moved = tf.tidy(() => inUnitsOf(scale, 'edge', tf.zeros([4])))
    expect(moved).toEqual([0, 0, 0, 0])
    scale.dispose()
  })

  it('is one of all choices of a kind, and one of all widths of a kind', () => {
    const scale = gateScale(supernet)
    observe(scale, { edge: [1, -1, 1, -1], other: [5, -5, 5, -5], wide: [1, -1, 1, -1], narrow: [4, -4] })
    expect(read(scale, 'edge')).toBeCloseTo(3, 6)
    expect(read(scale, 'other')).toBeCloseTo(3, 6)
    expect(read(scale, 'wide')).toBeCloseTo(2, 6)
    expect(read(scale, 'narrow')).toBeCloseTo(2, 6)
    scale.dispose()
  })

  it('does not change with a removal: what went counts as it was', () => {
    const scale = gateScale(supernet)
    observe(scale, { wide: [1, -3, 2, -2], narrow: [2, -2] })
    const before = read(scale, 'wide')
    scale.follow(new Set(['edge', 'other', 'wide']), new Map([['wide', [gone]]]))
    expect(read(scale, 'wide')).toBeCloseTo(before, 6)
    observe(scale, { wide: [1, -3] })
    expect(read(scale, 'wide')).toBeCloseTo(before, 6)
    scale.dispose()
  })

  it('of choices stays where members went, and where one is gone', () => {
    const scale = gateScale(supernet)
    observe(scale, { edge: [1, -1, 1, -1], other: [3, -3, 3, -3] })
    scale.follow(new Set(['edge']), new Map([['edge', [gone]]]))
    expect(read(scale, 'edge')).toBeCloseTo(2, 6)
    observe(scale, { edge: [1, -1] })
    expect(read(scale, 'edge')).toBeCloseTo(2, 6)
    scale.dispose()
  })

  it('is of the task: what a reconstruction had to say is forgotten when the task begins', () => {
    const scale = gateScale(supernet)
    observe(scale, { edge: [100, -100, 100, -100] }, false)
    observe(scale, { edge: [1, -1, 1, -1] })
    expect(read(scale, 'edge')).toBeCloseTo(1, 6)
    scale.dispose()
  })

  it('goes on from a copy to the same bytes, and frees everything', () => {
    const [straight, resumed] = [gateScale(supernet), gateScale(supernet)]
    observe(straight, { wide: [0.1, -0.7, 0.3, -0.2], narrow: [0.3, -0.1] })
    straight.follow(new Set(['wide', 'narrow']), new Map([['wide', [gone]]]))
    resumed.restore(straight.values())
    for (const scale of [straight, resumed]) observe(scale, { wide: [0.11, 0.13], narrow: [0.17, 0.19] })
    expect(resumed.values()).toEqual(straight.values())
    expect(read(resumed, 'wide')).toBe(read(straight, 'wide'))
    straight.dispose()
    resumed.dispose()
  })

  it('keeps copies of its own on every backend', async () => {
    for (const backend of ['cpu', 'wasm'] as const) {
      await useBackend(backend)
      const scale = gateScale(supernet)
      const gradient = tf.tensor1d([1, -1, 1, -1])
      scale.observe(new Map([['edge', gradient]]), true)
      gradient.dispose()
      expect(read(scale, 'edge')).toBeCloseTo(1, 6)
      scale.dispose()
    }
  })
})

describe('the time of gates', () => {
  const phases = (warm: number, hold: number) => ({
    phases: [
      { name: 'warm-up', until: warm, gates: 'hold' },
      { name: 'press', until: hold },
      { name: 'relax', until: 1, gates: 'hold' },
    ],
    prune: { from: 0, until: hold },
  })

  it('is the iterations in which they move before the last choice', () => {
    expect(gateTime(compile(phases(0.2, 0.8), { steps: 100 }))).toBe(60)
    expect(gateTime(compile(one([], {}), { steps: 100 }))).toBe(90)
    expect(gateTime(compile({ ...phases(0.2, 0.8), prune: { from: 0, until: 0.5 } }, { steps: 100 }))).toBe(
      30,
    )
  })

  it('is looked at fifty times, however many iterations it has', () => {
    const every = (steps: number, inspectEvery?: number) =>
      inspectionInterval(compile(phases(0.2, 0.7), { steps }), { inspectEvery } as never)
    expect([every(10), every(1000), every(4000), every(1000, 7)]).toEqual([1, 10, 40, 7])
  })
})
