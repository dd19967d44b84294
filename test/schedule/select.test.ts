import { describe, expect, it } from 'vitest'
import { InputError } from '../../src/base/errors.js'
import { actingTerms } from '../../src/schedule/acting.js'
import { rowsOf } from '../../src/schedule/rows.js'
import { columnLabel, readLabel } from '../../src/schedule/select.js'
import { rowAt } from '../../src/schedule/table.js'
import { compile, groups, l1, layers, one } from './context.js'

/** λ of l1 by member of a group at iteration t. */
function lambdas(document: object, group: string, t = 0): Record<string, number> {
  const schedule = compile(document)
  const found = groups.find(({ name }) => name === group)!
  const own = groups.filter(({ layer }) => layer === found.layer)
  const acting = actingTerms(schedule).onGates(found.layer, own, rowAt(schedule, t))
  const names = found.members.map(({ name }) => name)
  return Object.fromEntries(
    names.map((name) => {
      const on = acting.filter(({ selected }) => !selected || selected.get(group)?.has(name))
      expect(on.length).toBeLessThan(2)
      return [name, on[0]?.lambda ?? 0]
    }),
  )
}
const edge = 'cell0/0→2'

describe('a selector', () => {
  it('of groups leaves other groups of the layer alone', () => {
    const document = one([l1({ lambda: 1, groups: 'cell*/*→*' })])
    expect(lambdas(document, edge)).toEqual({ skip: 1, 'sep-conv-3x3': 1, 'dil-conv-3x3': 1 })
    expect(lambdas(document, 'cell0/node2')).toEqual({ '0→2': 0, '1→2': 0 })
  })

  it('of members gives the others the λ of the entry before, or none', () => {
    const alone = one([l1({ lambda: 2, members: 'skip' })])
    expect(lambdas(alone, edge)).toEqual({ skip: 2, 'sep-conv-3x3': 0, 'dil-conv-3x3': 0 })
    expect(lambdas(alone, 'cell0/node2')).toEqual({ '0→2': 0, '1→2': 0 })
    const exception = one([l1({ lambda: 1 }), l1({ lambda: 2, members: ['skip', 'dil-*'], groups: edge })])
    expect(lambdas(exception, edge)).toEqual({ skip: 2, 'sep-conv-3x3': 1, 'dil-conv-3x3': 2 })
    expect(lambdas(exception, 'cell0/1→2')).toEqual({ skip: 1, 'sep-conv-3x3': 1, 'dil-conv-3x3': 1 })
  })

  it('that takes nothing away with λ = 0 makes an exception', () => {
    const document = one([l1({ lambda: 1 }), l1({ lambda: 0, members: '*-conv-*' })])
    expect(lambdas(document, edge)).toEqual({ skip: 1, 'sep-conv-3x3': 0, 'dil-conv-3x3': 0 })
  })

  it('loses to a later entry, whatever that selects', () => {
    const wider = one([l1({ lambda: 2, members: 'skip' }), l1({ lambda: 1 })])
    expect(lambdas(wider, edge)).toEqual({ skip: 1, 'sep-conv-3x3': 1, 'dil-conv-3x3': 1 })
    expect(compile(wider).columns.map(columnLabel)).toEqual(['l1/gates', 'l1/gates', 'l1/gates'])
    const overlapping = one([l1({ lambda: 1, members: '*-3x3' }), l1({ lambda: 2, members: 'sep-*' })])
    expect(lambdas(overlapping, edge)).toEqual({ skip: 0, 'sep-conv-3x3': 2, 'dil-conv-3x3': 1 })
    const turned = one([l1({ lambda: 2, members: 'sep-*' }), l1({ lambda: 1, members: '*-3x3' })])
    expect(lambdas(turned, edge)).toEqual({ skip: 0, 'sep-conv-3x3': 1, 'dil-conv-3x3': 1 })
  })

  it('keeps each phase’s own order', () => {
    const [a, b] = [l1({ lambda: 1, members: '*-3x3' }), l1({ lambda: 2, members: 'sep-*' })]
    const phase = (name: string, until: number, terms: object[]) => ({ name, until, terms })
    const document = { phases: [phase('1', 0.4, [a, b]), phase('2', 0.8, [b, a]), phase('3', 1, [b])] }
    const at = (t: number) => Object.values(lambdas(document, edge, t))
    expect([at(0), at(4), at(8)]).toEqual([
      [0, 2, 1],
      [0, 1, 1],
      [0, 2, 0],
    ])
  })

  it('of parameters acts on these arrays alone', () => {
    const schedule = compile(
      one([
        { term: 'l2', part: 'weights', lambda: 1 },
        { term: 'l2', part: 'weights', lambda: 3, parameters: '**/depthwise:*', layers: 'cell*' },
      ]),
    )
    const on = (layer: string, name: string) =>
      actingTerms(schedule).onWeights(layer, `${layer}/${name}`, rowAt(schedule, 0))
    expect(on('cell1', 'a/depthwise:kernel')).toMatchObject([
      { term: 'l2', label: 'l2/weights[**/depthwise:*]', lambda: 3 },
    ])
    expect(on('cell1', 'b/pointwise:kernel').map(({ lambda }) => lambda)).toEqual([1])
    expect(on('stem', 'a/depthwise:kernel').map(({ lambda }) => lambda)).toEqual([1])
  })

  it('stands in the term column of the table, and a table says the same again', () => {
    const document = {
      phases: [
        {
          name: 'a',
          until: 0.5,
          terms: [l1({ lambda: 1, members: '*-3x3' }), l1({ lambda: 2, members: 'sep-*' })],
        },
        {
          name: 'b',
          until: 1,
          terms: [
            l1({ lambda: 2, members: 'sep-*' }),
            l1({ lambda: { curve: 'linear', from: 0, to: 1 / 3 }, members: '*-3x3', groups: 'cell0/0*' }),
            { term: 'l2', part: 'weights', lambda: 0.1, parameters: '**/depthwise:kernel' },
          ],
        },
      ],
    }
    const schedule = compile(document)
    const rows = rowsOf(schedule)
    expect(rows.map(([, , , term]) => term)).toContain('l1/gates[cell0/0*:*-3x3]')
    const phases = document.phases.map(({ name, until }) => ({ name, until }))
    const again = compile({ phases, table: rows })
    expect(rowsOf(again)).toEqual(rows)
    for (const t of [0, 5, 9])
      for (const layer of layers) {
        const own = groups.filter((group) => group.layer === layer)
        expect(actingTerms(again).onGates(layer, own, rowAt(again, t))).toEqual(
          actingTerms(schedule).onGates(layer, own, rowAt(schedule, t)),
        )
      }
  })

  it.each([
    [{ members: ['skip'] }, 'gates', 'l1/gates[skip]'],
    [{ members: ['conv-[13]x*', 'skip'] }, 'gates', 'l1/gates[conv-[13]x* skip]'],
    [{ groups: ['a/*', 'b'] }, 'gates', 'l1/gates[a/* b:**]'],
    [{ groups: ['a/0→2'], members: ['skip'] }, 'gates', 'l1/gates[a/0→2:skip]'],
    [{ parameters: ['a:kernel'] }, 'weights', 'l1/weights[a:kernel]'],
    [undefined, 'weights', 'l1/weights'],
  ] as const)('%j on %s is named, and read back', (select, part, label) => {
    expect(columnLabel({ term: 'l1', part, ...(select && { select }) })).toBe(label)
    expect(readLabel(label)).toEqual({ term: 'l1', part, ...(select && { select }) })
  })
})

describe('a wrong selector', () => {
  const path = 'schedule.phases.0 (all).terms.0'
  it.each<[string, object, string]>([
    [
      'group',
      l1({ lambda: 1, groups: 'cell0/0→3' }),
      `${path}.groups: no group matches cell0/0→3; did you mean "cell0/0→2"?; groups: cell0/0→2`,
    ],
    [
      'group of another layer',
      l1({ lambda: 1, layers: 'cell1', groups: 'cell0/*' }),
      `${path}.groups: no group matches cell0/*`,
    ],
    [
      'member',
      l1({ lambda: 1, members: 'skp' }),
      `${path}.members: no member matches skp; did you mean "skip"?; members: skip, sep-conv-3x3`,
    ],
    [
      'array',
      { term: 'l2', part: 'weights', lambda: 1, parameters: '**/conv:kernel' },
      `${path}.parameters: no parameter matches **/conv:kernel; parameters: stem/a/depthwise:kernel`,
    ],
    [
      'part for groups',
      { term: 'l2', part: 'weights', lambda: 1, groups: 'x' },
      `${path}.groups: on part weights only parameters can be selected`,
    ],
    [
      'part for arrays',
      l1({ lambda: 1, parameters: 'x' }),
      `${path}.parameters: on part gates only groups and members can be selected`,
    ],
    [
      'term for members',
      { term: 'entropy', part: 'gates', lambda: 1, members: 'skip' },
      `${path}.members: entropy is no sum over members, so none can be selected; terms that are: l1, parameters, flops, latency`,
    ],
    [
      'term for groups',
      { term: 'depth', part: 'gates', lambda: 1, groups: 'cell0/*' },
      `${path}.groups: depth is no sum over groups, so none can be selected; terms that are: l1, l2, group-lasso`,
    ],
    [
      'part for any',
      { term: 'activation-l1', part: 'activations', lambda: 1, parameters: '**' },
      `${path}.parameters: on part activations only whole layers can be selected`,
    ],
  ])('%s is refused, where and why', (_what, entry, message) => {
    expect(() => compile(one([entry]))).toThrow(InputError)
    expect(() => compile(one([entry]))).toThrow(message)
  })

  it('of layers suggests the glob that was meant', () => {
    const names = ['encoder/dense0', 'encoder/code', 'head/output']
    expect(() => compile(one([], { train: 'encodr/*' }), { layers: names })).toThrow(
      'no layer matches encodr/*; did you mean "encoder/*"?; layers: encoder/dense0',
    )
  })
})

describe('a table', () => {
  const phases = [{ name: 'all', until: 1 }]
  const row = (...cells: unknown[]) => cells
  const loss = row(0, 10, '*', 'task', 1)
  it.each<[string, unknown[][], string]>([
    [
      'backwards',
      [loss, row(3, 2, 'cell0', 'l1/gates', 1)],
      'schedule.table.1.1: expected an end after 3, got 2',
    ],
    [
      'too long',
      [row(0, 11, '*', 'task', 1)],
      'schedule.table.0.1: expected at most the 10 iterations of the search, got 11',
    ],
    [
      'overlapping',
      [loss, row(0, 5, 'cell0', 'l1/gates', 1), row(4, 6, 'cell0', 'l1/gates', 1)],
      'schedule.table.2.0: expected at least 5',
    ],
    [
      'without gates',
      [loss, row(0, 5, 'stem', 'l1/gates', 1)],
      'schedule.table.1.2: no layer matches stem; layers: cell0',
    ],
    [
      'without a part',
      [loss, row(0, 5, 'cell0', 'l1', 1)],
      'schedule.table.1.3: expected a term and its part, as l1/gates, got "l1"',
    ],
    ['of no term', [loss, row(0, 5, 'cell0', 'l3/gates', 1)], 'schedule.table.1.term: unknown term l3'],
    [
      'of no loss',
      [row(0, 5, '*', 'tsk', 1)],
      'schedule.table.0.3: expected task or reconstruction on layer *, got "tsk"',
    ],
    ['without a loss', [row(0, 5, 'cell0', 'l1/gates', 1)], 'schedule.table: no row has layer *'],
  ])('that is %s is refused, where and why', (_what, table, message) => {
    expect(() => compile({ phases, table })).toThrow(message)
  })

  it('stands alone: terms beside it are refused', () => {
    const document = { ...one([l1({ lambda: 1 })]), table: [loss] }
    expect(() => compile(document)).toThrow(
      'schedule.phases.0 (all).terms: with a table λ stands there alone',
    )
  })

  it('may be sorted by time', () => {
    const table = [
      loss,
      row(0, 5, 'cell0', 'l1/gates', 1),
      row(0, 5, 'cell1', 'l1/gates', 2),
      row(5, 10, 'cell0', 'l1/gates', 3),
    ]
    expect(compile({ phases, table }).columns).toEqual([
      {
        term: 'l1',
        part: 'gates',
        layer: 'cell0',
        segments: [
          { from: 0, to: 5, value: 1 },
          { from: 5, to: 10, value: 3 },
        ],
      },
      { term: 'l1', part: 'gates', layer: 'cell1', segments: [{ from: 0, to: 5, value: 2 }] },
    ])
  })
})

describe('times', () => {
  const phases = (until: unknown) => ({
    phases: [
      { name: 'a', until, terms: [l1({ lambda: 1 })] },
      { name: 'b', until: 1 },
    ],
  })
  it.each([
    [{ iterations: 3 }, 3],
    [{ epochs: 2 }, 8],
    [{ epochs: 0.5 }, 2],
    [0.3, 3],
  ])('%j is iteration %i of ten, four an epoch', (until, iteration) => {
    const { phases: compiled, prune } = compile(
      { ...phases(until), prune: { from: until, until: { iterations: 9 } } },
      { stepsPerEpoch: 4 },
    )
    expect(compiled[0]!.to).toBe(iteration)
    expect(prune).toMatchObject({ from: iteration, until: 9 })
  })

  it.each<[unknown, string, number?]>([
    [{ epochs: 3 }, '(a).until: expected at most the 2.5 of the search, got 3 epochs', 4],
    [{ iterations: 11 }, '(a).until: expected at most the 10 of the search, got 11 iterations'],
    [{ epochs: 1 }, '(a).until: epochs need to be known'],
    [{ iterations: 10 }, '(b).until: expected more than {"iterations":10}, got 1'],
    [{ iterations: 0 }, '(a).until: expected more than 0, got {"iterations":0}'],
    [{ epoch: 1 }, 'phases.0.until'],
  ])('%j is refused', (until, message, stepsPerEpoch) => {
    expect(() => compile(phases(until), { stepsPerEpoch })).toThrow(message)
  })

  it('prune after it ended is refused', () => {
    const document = { ...phases(0.5), prune: { from: { iterations: 8 }, until: 0.5 } }
    expect(() => compile(document)).toThrow(
      'schedule.prune: until (0.5) comes before from ({"iterations":8})',
    )
  })
})
