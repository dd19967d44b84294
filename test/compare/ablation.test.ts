import { describe, expect, test } from 'vitest'
import { checkComparison } from '../../src/config/check-comparison.js'
import { ScheduleSchema, type ScheduleDocument } from '../../src/config/schedule-schema.js'
import { validate } from '../../src/config/validator.js'
import { resolveConfig } from '../../src/config/load-config.js'
import { meanRows, type Over } from '../../src/compare/ablation/means.js'
import { ablatedDocument, ablationsOf, type Ablation } from '../../src/compare/ablation/variants.js'
import { plannedTrials } from '../../src/compare/planned.js'
import type { ScheduleColumn, Schedule } from '../../src/schedule/types.js'
import { setupTrial } from '../../src/setup/setup-trial.js'
import type { GateGroup } from '../../src/supernet/types.js'
import { pressed, tiny } from './helper.js'

const group = (name: string, layer: string, names: string[], max: number): GateGroup => ({
  name,
  layer,
  kind: 'units',
  total: 1,
  keep: { min: 1, max },
  members: names.map((each) => ({ name: each })),
})

/** Layer a has a width and a choice, layer b a width alone. */
const supernet = {
  graph: { nodes: [], inputs: {}, outputs: {} } as never,
  groups: [
    group('a/units', 'a', ['0', '1'], 2),
    group('a/op', 'a', ['skip', 'conv'], 1),
    group('b/units', 'b', ['0', '1', '2'], 3),
  ],
}

const column = (
  layer: string,
  values: readonly [number, number, number][],
  select?: ScheduleColumn['select'],
): ScheduleColumn => ({
  term: 'l1',
  part: 'gates',
  layer,
  ...(select && { select }),
  segments: values.map(([from, to, value]) => ({ from, to, value })),
})

const schedule = (columns: readonly ScheduleColumn[], steps = 4): Schedule => ({
  name: 's',
  steps,
  turns: [],
  columns,
  phases: [{ name: 'p', from: 0, to: steps, train: new Set(), gates: 'move', paths: 'all' }],
  losses: { task: [{ from: 0, to: steps, value: 1 }], reconstruction: [{ from: 0, to: steps, value: 0 }] },
  prune: { from: 0, until: steps, looks: 1, threshold: 0, patience: 1, rule: 'magnitude', order: 'depth' },
})

/** The rows of the mean λ, as text, without those of the losses. */
const means = (columns: readonly ScheduleColumn[], over: Over) =>
  meanRows(schedule(columns), supernet, over)
    .filter(([, , layer]) => layer !== '*')
    .map((row) => row.join(' '))

describe('the mean of λ', () => {
  // Layer a: 2, 4, 6 from iteration 1 on. Layer b: 8 in iterations 2 and 3.
  const two = [
    column('a', [
      [1, 2, 2],
      [2, 3, 4],
      [3, 4, 6],
    ]),
    column('b', [[2, 4, 8]]),
  ]

  test('over t is each layer’s own, in its own iterations', () => {
    expect(means(two, 't')).toEqual(['1 4 a l1/gates 4', '2 4 b l1/gates 8'])
  })

  test('over k is that of the layers that have one of their kind at the iteration', () => {
    // Layer a has both kinds, and b widths alone: they are not averaged with each other.
    expect(means(two, 'k')).toEqual([
      '1 2 a l1/gates 2',
      '2 3 a l1/gates 4',
      '3 4 a l1/gates 6',
      '2 4 b l1/gates 8',
    ])
    const ofWidths = [
      column(
        'a',
        two[0]!.segments.map(({ from, to, value }) => [from, to, value]),
        { groups: ['a/units'] },
      ),
      two[1]!,
    ]
    expect(means(ofWidths, 'k')).toEqual([
      '1 2 a l1/gates[a/units:**] 2',
      '2 3 a l1/gates[a/units:**] 6',
      '3 4 a l1/gates[a/units:**] 7',
      '2 3 b l1/gates 6',
      '3 4 b l1/gates 7',
    ])
    // (2 + 4 + 6 + 8 + 8) / 5
    expect(means(ofWidths, 't and k')).toEqual(['1 4 a l1/gates[a/units:**] 5.6', '2 4 b l1/gates 5.6'])
  })

  test('is that of what counts: the last column that gives a gate a λ', () => {
    const columns = [
      column('a', [[0, 4, 1]], { groups: ['a/op'] }),
      column('a', [[2, 4, 5]], { groups: ['a/op'], members: ['skip'] }),
    ]
    expect(means(columns, 't')).toEqual(['0 4 a l1/gates[a/op:skip] 3', '0 4 a l1/gates[a/op:conv] 1'])
    // The layer's mean is 1, and (1 + 5) / 2 from iteration 2 on.
    expect(means(columns, 'k')).toContain('2 4 a l1/gates[a/op:conv] 3')
  })

  test('leaves the losses', () => {
    expect(meanRows(schedule(two), supernet, 't').filter(([, , layer]) => layer === '*')).toEqual([
      [0, 4, '*', 'task', 1],
      [0, 4, '*', 'reconstruction', 0],
    ])
  })
})

describe('a schedule', () => {
  const ablated = (ablation: Ablation, document: ScheduleDocument = pressed) =>
    ablatedDocument(
      document,
      ablation,
      {
        ...schedule([column('b', [[0, 4, 3]])]),
        phases: [0, 1, 2, 3].map((from) => ({
          name: 'p',
          from,
          to: from + 1,
          train: new Set<string>(),
          gates: 'move' as const,
          paths: 'all' as const,
        })),
      },
      supernet as never,
    )

  test('is repeated without each term, each phase that does something, and the course of λ', () => {
    expect(ablationsOf(pressed)).toEqual([
      { kind: 'term', term: 'l1', part: 'gates' },
      { kind: 'term', term: 'l2', part: 'weights' },
      { kind: 'phase', index: 0, name: 'warm' },
      { kind: 'phase', index: 2, name: 'press' },
      { kind: 'mean', over: 't' },
      { kind: 'mean', over: 'k' },
      { kind: 'mean', over: 't and k' },
    ])
  })

  test('without a term has all others, and the same times', () => {
    const { phases, prune } = ablated({ kind: 'term', term: 'l1', part: 'gates' })
    expect(phases.map(({ terms }) => terms.map(({ term }) => term))).toEqual([[], [], ['l2']])
    expect(phases.map(({ until, gates }) => [until, gates])).toEqual([
      [0.25, 'hold'],
      [0.5, 'move'],
      [1, 'move'],
    ])
    expect(prune).toEqual(pressed.prune)
  })

  test('without a phase has a plain one there', () => {
    const { phases } = ablated({ kind: 'phase', index: 0, name: 'warm' })
    expect(phases[0]).toMatchObject({ until: 0.25, gates: 'move', terms: [] })
    expect(phases.slice(1)).toEqual(pressed.phases.slice(1))
  })

  test('that a planner found is a table without the planner, and without the rows of the phase', () => {
    const planner = { ...pressed, kind: 'algorithmic' as const, planner: { name: 'controller' } }
    const { table, planner: left, phases } = ablated({ kind: 'phase', index: 2, name: 'press' }, planner)
    expect(left).toBeUndefined()
    expect(phases.flatMap(({ terms }) => terms)).toEqual([])
    expect(table).toEqual([
      [0, 2, '*', 'task', 1],
      [0, 2, '*', 'reconstruction', 0],
      [2, 3, '*', 'task', 1],
      [3, 4, '*', 'task', 1],
      [3, 4, '*', 'reconstruction', 0],
      [0, 2, 'b', 'l1/gates', 3],
      [3, 4, 'b', 'l1/gates', 3],
    ])
    expect(
      ablated({ kind: 'term', term: 'l1', part: 'gates' }, planner).table!.map(([, , layer]) => layer),
    ).toEqual(['*', '*'])
  })
})

describe('what is ablated', () => {
  test.each<[object, string]>([
    [{ ablate: 'non' }, 'comparison.ablate: expected one of none, whole, got "non"; did you mean "none"?'],
    [
      { ablate: { method: 'non', parts: ['means'] } },
      'comparison.ablate.method: expected one of none, whole, got "non"; did you mean "none"?',
    ],
    [
      { ablate: 'whole' },
      'comparison.ablate: expected a method with a schedule, got whole, which is no search',
    ],
  ])('%j is refused', (change, message) => {
    const methods = { none: 'none', whole: { rival: 'unpruned' } }
    expect(() => checkComparison(tiny({ methods, ...change }))).toThrow(message)
  })

  test('can be one part of a schedule', async () => {
    const named = async (parts: string[]) => {
      const ablate = { method: 'm', parts }
      const document = tiny({ methods: { m: { schedule: pressed } }, seeds: [1], ablate })
      const planned = await plannedTrials(checkComparison(document), { folder: '.' })
      return planned.map(({ method }) => method)
    }
    expect(await named(['means'])).toEqual(['m', 'm − λ over t', 'm − λ over k', 'm − λ over t and k'])
    expect(await named(['phases', 'terms'])).toEqual([
      'm',
      'm − term l1/gates',
      'm − term l2/weights',
      'm − phase warm',
      'm − phase press',
    ])
  })

  test('has keys of its own, which hang on the schedule', async () => {
    const keys = async (lambda: number) => {
      const phases = [{ name: 'all', until: 1, terms: [{ term: 'l1', part: 'gates', lambda }] }]
      const document = tiny({ methods: { m: { schedule: { name: 'm', phases } } }, seeds: [1], ablate: 'm' })
      const planned = await plannedTrials(checkComparison(document), { folder: '.' })
      return planned.map(({ key }) => key)
    }
    const [one, two] = [await keys(1), await keys(2)]
    expect(new Set([...one, ...two]).size).toBe(2 * one.length)
  })

  test('auto is the preset of the space', async () => {
    const document = checkComparison(tiny({ methods: { auto: 'auto' }, seeds: [1], ablate: 'auto' }))
    const names = (await plannedTrials(document, { folder: '.' })).map(({ method }) => method)
    expect(names).toContain('auto − phase warm-up')
    const { base, sets } = tiny() as Record<string, Record<string, object>>
    const trial = await setupTrial(resolveConfig({ ...base, ...sets!.concrete }), '.')
    const used = validate(ScheduleSchema, trial.config.schedule, 'schedule')
    expect(names).toHaveLength(1 + ablationsOf(used).length)
  })
})
