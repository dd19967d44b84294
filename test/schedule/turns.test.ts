import * as tf from '@tensorflow/tfjs-core'
import { describe, expect, it } from 'vitest'
import { terms } from '../../src/registry.js'
import { actingTerms } from '../../src/schedule/acting.js'
import { excerpt } from '../../src/schedule/excerpt.js'
import { columnLabel } from '../../src/schedule/select.js'
import { rowAt, lambdaAt } from '../../src/schedule/table.js'
import { dealTurns, type TakenTurns } from '../../src/schedule/turns.js'
import type { Schedule } from '../../src/schedule/types.js'
import { stepProximalGates } from '../helpers/gate-steps.js'
import type { GateGroup } from '../../src/supernet/types.js'
import { compile, context, groups, l1, one } from './context.js'

const inTurn = (share: number, more: object = {}) =>
  l1({ lambda: 5, of: 'choices', stagger: { order: 'clearest-first', share }, ...more })

/** λ of l1 at an iteration, by group and member. */
const byGroup = ({ columns }: Schedule, lambdas: ArrayLike<number>): Record<string, number[]> => {
  const found: Record<string, number[]> = {}
  columns.forEach(({ select }, i) => (found[select!.groups![0]!] ??= []).push(lambdas[i]!))
  return found
}

/** Gates of the made groups: of each the first member has some weight, the others share the rest. */
const gates = (first: Readonly<Record<string, number>>) => ({
  supernet: { groups },
  lossesAlone: (): readonly number[] | undefined => undefined,
  gateValues: () =>
    Object.fromEntries(
      groups.map(({ name, members }) => {
        const own = first[name] ?? 1 / members.length
        const others = (1 - own) / (members.length - 1)
        return [name, Object.fromEntries(members.map((member, i) => [member.name, i === 0 ? own : others]))]
      }),
    ),
})

describe('an entry whose choices take turns', () => {
  it('has a column for each member, and the turns come at even distances, the last after the share', () => {
    const { columns, turns } = compile(one([inTurn(0.9, { layers: ['cell0'] })]))
    expect(columns.map((column) => columnLabel(column))).toEqual([
      'l1/gates[cell0/0→2:skip]',
      'l1/gates[cell0/0→2:sep-conv-3x3]',
      'l1/gates[cell0/0→2:dil-conv-3x3]',
      'l1/gates[cell0/1→2:skip]',
      'l1/gates[cell0/1→2:sep-conv-3x3]',
      'l1/gates[cell0/1→2:dil-conv-3x3]',
      'l1/gates[cell0/node2:0→2]',
      'l1/gates[cell0/node2:1→2]',
    ])
    expect(turns).toMatchObject([{ from: 0, to: 10, places: [{ start: 3 }, { start: 6 }, { start: 9 }] }])
    expect(columns.map(({ segments }) => lambdaAt(segments, 5))).toEqual([5, 5, 5, 0, 0, 0, 0, 0])
  })

  it('is one of those choices and members that it selects', () => {
    const { columns } = compile(one([inTurn(1, { groups: '**/0→2', members: 'skip' })]))
    expect(columns.map(({ select }) => select)).toEqual(
      ['cell0', 'cell1', 'cell2'].map((cell) => ({ groups: [`${cell}/0→2`], members: ['skip'] })),
    )
  })

  it('says nothing in a space without choices', () => {
    const widths = context.groups.map((group) => ({ ...group, width: true }))
    expect(compile(one([inTurn(1)]), { groups: widths })).toMatchObject({ columns: [], turns: [] })
  })

  it('must be one for choices', () => {
    for (const of of [undefined, 'widths'])
      expect(() => compile(one([inTurn(1, { of })]))).toThrow(
        'schedule.phases.0 (all).terms.0.stagger.order: clearest-first is an order of choices; add "of": "choices" beside stagger',
      )
  })

  it('keeps its turns in an excerpt', () => {
    const short = excerpt(compile(one([inTurn(0.9)]), { steps: 100 }), 0, 20)
    expect(short.turns[0]!.places.at(-1)!.start).toBe(10)
    expect(short.turns[0]!.to).toBe(20)
  })
})

describe('a turn', () => {
  const schedule = compile(
    one([inTurn(0.9, { layers: ['cell0'], lambda: { curve: 'linear', from: 1, to: 2 } })]),
  )
  const at = (t: number, taken: TakenTurns, seen: Parameters<typeof dealTurns>[4]) =>
    byGroup(schedule, dealTurns(schedule, t, rowAt(schedule, t), taken, seen).columns)
  const none = { 'cell0/0→2': [0, 0, 0], 'cell0/1→2': [0, 0, 0], 'cell0/node2': [0, 0] }

  it('is taken by the choice that is clearest when it comes, with the curve of that turn', () => {
    const taken: TakenTurns = []
    expect(at(2, taken, gates({ 'cell0/1→2': 0.9 }))).toEqual(none)
    const early = gates({ 'cell0/1→2': 0.5, 'cell0/0→2': 0.4 })
    expect(at(3, taken, early)).toEqual({ ...none, 'cell0/1→2': [0, 1, 1] })
    // One of two inputs at 0.6 is less clear than one of three operations at 0.5.
    expect(at(6, taken, gates({ 'cell0/node2': 0.6, 'cell0/0→2': 0.5 }))).toEqual({
      ...none,
      'cell0/0→2': [0, 1, 1],
      'cell0/1→2': [0, 1.5, 1.5],
    })
    expect(at(9, taken, gates({}))).toEqual({
      'cell0/0→2': [0, 2, 2],
      'cell0/1→2': [0, 2, 2],
      'cell0/node2': [0, 2],
    })
    expect(taken[0]!.map(({ group }) => group)).toEqual(['cell0/1→2', 'cell0/0→2', 'cell0/node2'])
  })

  it('spares the member that is best alone, of the half with the larger gates', () => {
    const asked: string[] = []
    const seen = {
      ...gates({}),
      gateValues: () => ({
        ...gates({}).gateValues(),
        'cell0/0→2': { skip: 0.39, 'sep-conv-3x3': 0.37, 'dil-conv-3x3': 0.24 },
      }),
      lossesAlone(group: string, member: string) {
        asked.push(`${group} ${member}`)
        return { skip: [2, 3], 'sep-conv-3x3': [1, 2], 'dil-conv-3x3': [0, 0] }[member]
      },
    }
    expect(at(3, [], seen)).toEqual({ ...none, 'cell0/0→2': [1, 0, 1] })
    expect(asked).toEqual(['cell0/0→2 skip', 'cell0/0→2 sep-conv-3x3'])
    // Where there is no row to measure on, gates decide.
    expect(at(3, [], { ...seen, lossesAlone: () => undefined })).toEqual({ ...none, 'cell0/0→2': [0, 1, 1] })
  })

  it.each([
    ['the best, where the largest gate is worse beyond the noise', [1.2, 1.1, 1.3], [1, 1, 1], [1, 0, 1]],
    ['the largest gate, where it is worse within two standard errors', [1.2, 1, 1.1], [1, 1, 1], [0, 1, 1]],
    ['the largest gate, where it is the best', [0.8, 0.9, 0.9], [1, 1, 1], [0, 1, 1]],
    ['the best of a single batch', [1.2], [1], [1, 0, 1]],
  ] as const)('spares %s', (_, skip, convolution, left) => {
    const seen = {
      ...gates({}),
      gateValues: () => ({
        ...gates({}).gateValues(),
        'cell0/0→2': { skip: 0.39, 'sep-conv-3x3': 0.37, 'dil-conv-3x3': 0.24 },
      }),
      lossesAlone: (_group: string, member: string) => (member === 'skip' ? skip : convolution),
    }
    expect(at(3, [], seen)).toEqual({ ...none, 'cell0/0→2': left })
  })

  it('spares no member whose gate is closed, and comes last where one alone is open', () => {
    const values = { skip: 1, 'sep-conv-3x3': 0, 'dil-conv-3x3': 0 }
    const seen = {
      ...gates({ 'cell0/node2': 0.51 }),
      gateValues: () => ({ ...gates({ 'cell0/node2': 0.51 }).gateValues(), 'cell0/0→2': values }),
      lossesAlone: (_group: string, member: string) => (member === 'skip' ? [2, 2] : [1, 1]),
    }
    const taken: TakenTurns = []
    at(9, taken, seen)
    expect(
      taken[0]!.map(({ group, spared }) => [group, spared === 'sep-conv-3x3' && group === 'cell0/0→2']),
    ).toEqual([
      ['cell0/node2', false],
      ['cell0/1→2', false],
      ['cell0/0→2', false],
    ])
  })

  it('is taken as well where losses are no numbers', () => {
    const seen = { ...gates({ 'cell0/0→2': 0.6 }), lossesAlone: () => [NaN, 1] }
    expect(at(3, [], seen)).toEqual({ ...none, 'cell0/0→2': [0, 1, 1] })
  })

  it('is taken for two members that are much alike, where the third is not', () => {
    const seen = {
      ...gates({}),
      gateValues: () => ({
        ...gates({ 'cell0/1→2': 0.4 }).gateValues(),
        'cell0/0→2': { skip: 0.46, 'sep-conv-3x3': 0.45, 'dil-conv-3x3': 0.09 },
      }),
    }
    const taken: TakenTurns = []
    at(3, taken, seen)
    expect(taken[0]!.map(({ group }) => group)).toEqual(['cell0/0→2'])
  })

  it('spares nothing where several are kept', () => {
    const two = groups.map((group) => ({ ...group, total: 2, keep: { min: 2, max: 2 } }))
    const seen = { ...gates({ 'cell0/1→2': 0.1 }), supernet: { groups: two } }
    expect(at(3, [], seen)).toEqual({ ...none, 'cell0/1→2': [1, 1, 1] })
  })

  it('is not wasted on a choice that is made', () => {
    const made = groups.map((group) =>
      group.name === 'cell0/0→2' ? { ...group, members: group.members.slice(0, 1) } : group,
    )
    const taken: TakenTurns = []
    at(9, taken, { ...gates({ 'cell0/node2': 0.51 }), supernet: { groups: made } })
    expect(taken[0]!.map(({ group }) => group)).toEqual(['cell0/node2', 'cell0/1→2', 'cell0/0→2'])
  })

  it('looks at no gates before it comes', () => {
    const blind = { ...gates({}), gateValues: () => expect.fail('nothing is due') }
    at(2, [], blind)
    at(5, [[{ group: 'cell0/0→2', spared: null }]], blind)
  })
})

describe('where a choice hangs on another one', () => {
  const steps = 400
  const members = ['a', 'b', 'c']
  const choice = (name: string): GateGroup => ({
    name,
    layer: 'cell0',
    kind: 'operations',
    members: members.map((member) => ({ name: member })),
    total: 1,
    keep: { min: 1, max: 1 },
  })
  const both = [choice('cell0/0→2'), choice('cell0/1→2')]
  const own = both.map((group) => ({ ...group, width: false, members }))

  /**
   * Gates alone, under losses that are known: the first choice wants a. The second wants b, a little, as long as the first
   * is open, and c once it is made.
   */
  function search(entries: object[]): string[] {
    const schedule = compile(one(entries), { steps, groups: own })
    const taken: TakenTurns = []
    let values = both.map(() => [1 / 3, 1 / 3, 1 / 3])
    for (let t = 0; t < steps; t++) {
      const seen = {
        supernet: { groups: both },
        gateValues: () =>
          Object.fromEntries(
            both.map(({ name }, i) => [name, Object.fromEntries(members.map((m, k) => [m, values[i]![k]!]))]),
          ),
        lossesAlone: () => undefined,
      }
      const row = dealTurns(schedule, t, rowAt(schedule, t), taken, seen)
      const wish = 0.3 * (values[0]![0]! - 0.6)
      const gradients = [
        [-1, 0.5, 0.5],
        [0, wish, -wish],
      ]
      const acting = actingTerms(schedule).onGates('cell0', both, row)
      values = tf.tidy(() =>
        stepProximalGates(
          both.map((group, i) => ({
            group,
            gates: tf.tensor1d(values[i]!),
            gradient: tf.tensor1d(gradients[i]!),
            rate: 2 / 3 / steps,
          })),
          acting.map(({ term, ...how }) => ({ ...how, term: terms.find(({ name }) => name === term)! })),
        ).map((each) => [...each.dataSync()]),
      )
    }
    return values.map((each) => members[each.indexOf(Math.max(...each))]!)
  }
  const even = { term: 'l2', part: 'gates', of: 'choices', lambda: 3 }

  it('turns make it in the light of the other, pressure on both at once does not', () => {
    expect(search([l1({ lambda: { curve: 'linear', from: 0, to: 20 }, of: 'choices' })])).toEqual(['a', 'b'])
    expect(search([even, inTurn(0.8, { lambda: 20 })])).toEqual(['a', 'c'])
  })
})
