import { describe, expect, it } from 'vitest'
import { randomSource } from '../../src/base/random.js'
import { randomArchitecture } from '../../src/derive/random.js'
import { costOf } from '../../src/nn/cost.js'
import type { Encoding } from '../../src/data/types.js'
import { spaces } from '../../src/registry.js'
import { validate } from '../../src/config/validator.js'
import type { Supernet } from '../../src/supernet/types.js'

function built(steps: number, options: object = {}, kind?: Encoding['kind']): Supernet {
  const space = spaces.find(({ name }) => name === 'temporal-conv')!
  const resolved = validate(space.options, options, 'options') as never
  return space.build({ options: resolved, input: [steps, 2], outputs: 3, ...(kind && { kind }) })
}

/** The inputs of the dense layer that reads what convolutions found, by kind. */
function readByHead({ graph }: Supernet): string[] {
  const nodes = new Map(graph.nodes.map((node) => [node.id, node]))
  const last = nodes.get(graph.outputs.task!)!
  const { inputs } = last.kind === 'mix' ? nodes.get(last.inputs[0]!)! : last
  const ofConcat = inputs.flatMap((id) => (nodes.get(id)!.kind === 'concat' ? nodes.get(id)!.inputs : [id]))
  return ofConcat.map((id) => {
    const { kind, inputs: above } = nodes.get(id)!
    return kind === 'flatten' ? nodes.get(above[0]!)!.kind : kind
  })
}

describe('the head of temporal-conv', () => {
  it.each([
    ['sequences', {}, ['global-avg-pool']],
    ['series', {}, ['global-avg-pool', 'crop']],
    [undefined, {}, ['global-avg-pool']],
    ['sequences', { pooling: ['max', 'last'] }, ['max-pool', 'crop']],
    ['series', { pooling: ['mean'] }, ['global-avg-pool']],
  ] as const)('of %s with %j reads %j', (kind, options, read) => {
    expect(readByHead(built(60, options, kind))).toEqual(read)
  })

  it('hears of labelled sequences how high they lie, beside their shapes or alone', () => {
    const { groups, graph } = built(60, {}, 'sequences')
    const head = groups.find(({ name }) => name === 'head')!
    expect(head.members.map(({ name }) => name)).toEqual(['shapes', 'levels'])
    expect(head.keep).toEqual({ min: 1, max: 2 })
    // Two channels in 128 bins each.
    expect(graph.nodes.find(({ kind }) => kind === 'bins')!.shape).toEqual([256])
    expect(built(60, { levels: 0 }, 'sequences').groups.some(({ name }) => name === 'head')).toBe(false)
    expect(built(60, {}, 'series').graph.nodes.some(({ kind }) => kind === 'bins')).toBe(false)
  })

  it('is the same where an architecture is built again without the data', () => {
    const { options, graph } = built(60, {}, 'series')
    expect(built(60, options).graph).toEqual(graph)
  })
})

describe('the windows of its first layer', () => {
  const windowsOf = (supernet: Supernet) =>
    supernet.groups.find(({ name }) => name === 'stem')?.members.map(({ name }) => name)

  it.each([
    [60, ['window-9', 'window-19', 'window-39']],
    [24, ['window-9', 'window-19']],
    // With a single one there is nothing to choose.
    [12, undefined],
    [5, undefined],
  ])('are no longer than %i steps, but for the shortest: %j', (steps, names) => {
    expect(windowsOf(built(steps))).toEqual(names)
  })

  it('may all stay', () => {
    expect(built(60).groups[0]).toMatchObject({ kind: 'inputs', total: 3, keep: { min: 1, max: 3 } })
  })
})

it('is drawn at random with few paths and with many', () => {
  const counts = [1, 2, 3, 4, 5].map((seed) =>
    randomArchitecture(built(60), randomSource(seed))!.groups.map(({ members }) => members.length),
  )
  for (const group of [0, 1, 2]) expect(new Set(counts.map((each) => each[group])).size).toBeGreaterThan(1)
  expect(counts.flat().every((count) => count >= 1)).toBe(true)
})

describe('a further layer', () => {
  const layer = (options: object) => built(60, options).groups.find(({ name }) => name === 'layer0')

  it('keeps any number of its convolutions, added up; one where that is asked for', () => {
    expect(layer({})).toMatchObject({ kind: 'operations', total: 4, keep: { min: 1, max: 4 } })
    expect(layer({ keep: 'one' })).toMatchObject({ kind: 'operations', total: 1, keep: { min: 1, max: 1 } })
    // Of what carries nothing, among others that add up, nothing would be left.
    const withNone = layer({ operations: ['none', 'skip', 'tconv-3-d1'] })!
    expect(withNone.members.map(({ name }) => name)).toEqual(['skip', 'tconv-3-d1'])
    expect(withNone.total).toBe(2)
  })

  it('is told apart in the options that an architecture has, so that older ones are not taken for it', () => {
    expect(built(60, {}).options).toMatchObject({ keep: 'any' })
    expect(built(60, { keep: 'one' }).options).toMatchObject({ keep: 'one' })
  })
})

it('has the weights that its convolutions have, counted by hand', () => {
  const supernet = built(60, { windows: [3, 5], layers: 1, channels: 4, operations: ['tsep-9-d2'] })
  // Both windows, depthwise and 1×1 with their norm, the head's norm, and the classes.
  const expected = (3 + 5) * 2 * 4 + (9 * 4 + 4 * 4 + 2 * 4) + 2 * 4 + (4 * 3 + 3)
  expect(costOf(supernet.graph).parameters).toBe(expected)
})
