import * as tf from '@tensorflow/tfjs-core'
import { describe, expect, it } from 'vitest'
import { useBackend } from '../../../src/backend/index.js'
import { randomSource } from '../../../src/base/random.js'
import { groupLasso } from '../../../src/objective/terms/group-lasso.js'
import { l1 } from '../../../src/objective/terms/l1.js'
import { l2 } from '../../../src/objective/terms/l2.js'
import { stepProximalGates } from '../../helpers/gate-steps.js'
import { relaxations } from '../../../src/supernet/relaxations/index.js'
import type { GateGroup } from '../../../src/supernet/types.js'
import type { WeightedTerm } from '../../../src/train/update.js'
import { normals } from '../../helpers/networks.js'
import { tensorCounter } from '../../setup/tensors.js'

const group = (members: number, min: number, max = min, total = min): GateGroup => ({
  name: 'g',
  layer: 'cell',
  kind: 'inputs',
  members: Array.from({ length: members }, (_, i) => ({ name: String(i) })),
  total,
  keep: { min, max },
})

/** One proximal step, on numbers. */
function step(
  gates: readonly number[],
  gradient: readonly number[],
  lambda: number,
  { of = group(gates.length, 1), rate = 0.1 } = {},
): number[] {
  return tf.tidy(() => [
    ...stepProximalGates(
      [{ group: of, gates: tf.tensor1d([...gates]), gradient: tf.tensor1d([...gradient]), rate }],
      lambda > 0 ? [{ term: l1, lambda }] : [],
    )[0]!.dataSync(),
  ])
}
const total = (values: readonly number[]) => values.reduce((a, b) => a + b, 0)
const open = (values: readonly number[]) => values.filter((value) => value > 0).length

describe('a proximal step of gates', () => {
  it('is g ← max(0, g − η∇ − ηλ), normalised', () => {
    const got = step([0.5, 0.3, 0.2], [1, -1, 0], 0.5)
    const raw = [0.5 - 0.1 - 0.05, 0.3 + 0.1 - 0.05, 0.2 - 0.05]
    got.forEach((value, i) => expect(value).toBeCloseTo(raw[i]! / total(raw), 5))
  })

  it('gives exact zeros', () => {
    expect(step([0.6, 0.38, 0.02], [0, 0, 0], 0.3)[2]).toBe(0)
  })

  it('is drawn to even by l2 exactly as fast as l1 of the same λ drives it apart', () => {
    const gates = [0.5, 0.3, 0.2]
    const under = (terms: WeightedTerm[], of = group(3, 1), from = gates) =>
      tf.tidy(() => [
        ...stepProximalGates(
          [{ group: of, gates: tf.tensor1d(from), gradient: tf.zeros([from.length]), rate: 1e-3 }],
          terms,
        )[0]!.dataSync(),
      ])
    under([{ term: l2, lambda: 20 }]).forEach((gate, i) =>
      expect(gate).toBeCloseTo(1 / 3 + (gates[i]! - 1 / 3) / 1.06, 6),
    )
    // Each step's excess is of second order in its size.
    under([
      { term: l1, lambda: 20 },
      { term: l2, lambda: 20 },
    ]).forEach((gate, i) => expect(gate).toBeCloseTo(gates[i]!, 2))
    const opened = under([{ term: l2, lambda: 20 }], group(3, 1), [0.6, 0.4, 0])
    expect(opened[2]).toBeGreaterThan(0)
    // What l1 has closed, a weaker l2 does not open; nor what carries nothing.
    const closed = [
      { term: l1, lambda: 20 },
      { term: l2, lambda: 15 },
    ]
    expect(under(closed, group(3, 1), [0.6, 0.4, 0])[2]).toBe(0)
    const whole = group(3, 1)
    const empty = { ...whole, members: whole.members.map((m, i) => ({ ...m, empty: i === 2 })) }
    expect(under([{ term: l2, lambda: 20 }], empty, [0.6, 0.4, 0])[2]).toBe(0)
    const others = new Map([['other', new Set(['0'])]])
    under([{ term: l2, lambda: 20, selected: others }]).forEach((gate, i) =>
      expect(gate).toBeCloseTo(gates[i]!, 6),
    )
  })

  it('lets a closed gate grow back where the loss asks for it', () => {
    expect(step([0.6, 0.4, 0], [0, 0, -2], 0.5)[2]).toBeGreaterThan(0.1)
    expect(step([0.6, 0.4, 0], [0, 0, 2], 0)[2]).toBe(0)
  })

  it('brings two wanted inputs of three to 1 and 1, and the third to 0', () => {
    let gates = [0.7, 0.66, 0.64]
    for (let t = 0; t < 60; t++) {
      gates = step(gates, [0, 0, 0], 0.4, { of: group(3, 2, 2, 2) })
      expect(Math.max(...gates)).toBeLessThanOrEqual(1)
      expect(total(gates)).toBeCloseTo(2, 5)
    }
    expect(gates).toEqual([1, 1, 0])
  })

  it('closes an operation on all edges of a layer at once under group-lasso, and leaves each edge one', () => {
    const edges = ['a', 'b', 'c'].map((name): GateGroup => ({
      ...group(3, 1),
      name,
      kind: 'operations',
      members: ['skip', 'conv', 'pool'].map((member) => ({ name: member })),
    }))
    // The last edge likes its pool, the others hardly do.
    let gates = [
      [0.3, 0.5, 0.2],
      [0.4, 0.5, 0.1],
      [0.25, 0.35, 0.4],
    ]
    const closedAt = [0, 1, 2].map(() => new Map<number, number>())
    for (let t = 0; t < 300; t++) {
      gates = tf.tidy(() =>
        stepProximalGates(
          edges.map((of, i) => ({
            group: of,
            gates: tf.tensor1d(gates[i]!),
            gradient: tf.zeros([3]),
            rate: 0.1,
          })),
          [{ term: groupLasso, lambda: 0.2 }],
        ).map((tensor) => [...tensor.dataSync()]),
      )
      gates.forEach((edge, i) =>
        edge.forEach((g, m) => {
          if (g === 0 && !closedAt[m]!.has(i)) closedAt[m]!.set(i, t)
        }),
      )
    }
    expect(gates.map((edge) => edge.map((g) => Number(g > 0)))).toEqual([
      [0, 1, 0],
      [0, 1, 0],
      [0, 1, 0],
    ])
    for (const times of [closedAt[0]!, closedAt[2]!]) {
      expect(times.size).toBe(3)
      expect(new Set(times.values()).size).toBe(1)
    }
  })

  it.each([true, false])('leaves what carries nothing at 0, legal or not (%s)', (empty) => {
    const edge: GateGroup = {
      ...group(3, 1),
      members: [{ name: 'none', empty: true }, { name: 'skip' }, { name: 'conv-3x3' }],
      keep: { min: 1, max: 1, empty },
    }
    const initial = relaxations.gates.initial(edge, randomSource(1), 0.01)
    expect(initial[0]).toBe(0)
    expect(total([...initial])).toBeCloseTo(1, 6)
    // The loss itself asks for it.
    const stepped = step([...initial], [-3, 0, 0], 0.1, { of: edge })
    expect(stepped[0]).toBe(0)
    const pressed = step([0, 0.6, 0.4], [0, 0, 0], 10, { of: edge })
    expect(pressed[0]).toBe(0)
    expect(pressed[1]).toBeGreaterThan(0.6)
  })

  it('keeps the order of the open gates', () => {
    const got = step([0.4, 0.3, 0.2, 0.1], [0, 0, 0, 0], 1.5)
    expect(got[0]).toBeGreaterThan(got[1]!)
    expect(got[2]).toBeGreaterThan(0)
    expect(got[3]).toBe(0)
  })

  it.each([
    [5, 1],
    [5, 2],
    [8, 3],
    [2, 1],
    [40, 2],
  ])('of %i members leaves at least %i open and stays normalised, whatever happens', (members, min) => {
    const of = group(members, min, members, members)
    const extremes = [0, 1e-12, 1e-3, 1, 1e4, 1e12]
    for (const size of extremes)
      for (const lambda of [0, 1e-9, 1, 1e9])
        for (let seed = 0; seed < 3; seed++) {
          let gates = [...relaxations.gates.initial(of, randomSource(seed), 0.3)]
          for (let t = 0; t < 6; t++) {
            const gradient = normals(randomSource(seed), `gradient ${t}`, members).map((v) => v * size)
            gates = step(gates, [...gradient], lambda, { of })
            const where = `gradient ${size}, λ ${lambda}, step ${t}: ${gates.join(' ')}`
            expect(
              gates.every((v) => Number.isFinite(v) && v >= 0),
              where,
            ).toBe(true)
            expect(total(gates) / members, where).toBeCloseTo(1, 4)
            expect(open(gates), where).toBeGreaterThanOrEqual(min)
          }
        }
  })

  it.each([1, 2, 3])(
    'closes all but %i under lasting pressure, and no closed gate comes back by itself',
    (min) => {
      const of = group(6, min)
      let gates = [0.3, 0.25, 0.2, 0.12, 0.08, 0.05].map((v) => v * min)
      let fewest = 6
      for (let t = 0; t < 400; t++) {
        gates = step(gates, [0, 0, 0, 0, 0, 0], 0.5, { of })
        expect(open(gates), `step ${t}: ${gates.join(' ')}`).toBeLessThanOrEqual(fewest)
        fewest = open(gates)
      }
      expect(fewest).toBe(min)
      expect(gates.slice(min)).toEqual(new Array(6 - min).fill(0))
    },
  )

  it('is the same on a backend whose numbers are elsewhere', async () => {
    const members = [{ name: 'none', empty: true, parameters: 0 }, ...group(5, 2).members]
    const of: GateGroup = { ...group(6, 2), members }
    const chosen = new Map([['g', new Set(['none', '0', '3'])]])
    const stepOn = async (backend: 'wasm' | 'cpu') => {
      await useBackend(backend)
      return tf.tidy(() => {
        const gates = tf.tensor1d([0, 0.7, 0.6, 0.45, 0.2, 0.05])
        const gradient = tf.tensor1d([-2, 1, 0.5, -1, 0, 0.3])
        const pressing = [
          { term: l1, lambda: 0.2, selected: chosen },
          { term: groupLasso, lambda: 0.1 },
          { term: l1, lambda: 0.4 },
        ]
        return [...stepProximalGates([{ group: of, gates, gradient, rate: 0.1 }], pressing)[0]!.dataSync()]
      })
    }
    const expected = await stepOn('cpu')
    const got = await stepOn('wasm')
    expect(open(got)).toBeLessThan(6)
    got.forEach((value, i) => expect(value).toBeCloseTo(expected[i]!, 6))
  })

  it('frees everything but its result', () => {
    const inputs = [tf.tensor1d([0.5, 0.5]), tf.tensor1d([1, 0])] as const
    const newTensors = tensorCounter()
    const steps = [{ group: group(2, 1), gates: inputs[0], gradient: inputs[1], rate: 0.1 }]
    const next = stepProximalGates(steps, [{ term: l1, lambda: 0.1 }])
    expect(newTensors()).toBe(1)
    tf.dispose([...next, ...inputs])
  })
})
