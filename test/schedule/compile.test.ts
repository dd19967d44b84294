import { describe, expect, it } from 'vitest'
import { actingTerms } from '../../src/schedule/acting.js'
import type { CompileContext } from '../../src/schedule/compile.js'
import { curveAt } from '../../src/schedule/curve.js'
import { scheduleCsv } from '../../src/schedule/rows.js'
import { phaseAt, rowAt, lambdaAt } from '../../src/schedule/table.js'
import { compile, groups, l1, layers, one } from './context.js'

/** λ of l1 on a layer's gates at every iteration. */
const lambdas = (document: object, layer = 'cell0', changed: Partial<CompileContext> = {}): number[] => {
  const schedule = compile(document, changed)
  const column = schedule.columns.find((c) => c.layer === layer && c.part === 'gates')
  return Array.from({ length: schedule.steps }, (_, t) => lambdaAt(column?.segments ?? [], t))
}

describe('curves', () => {
  it.each([
    [0.3, [0.3, 0.3, 0.3, 0.3, 0.3]],
    [{ curve: 'linear', from: 0, to: 2 }, [0, 0.5, 1, 1.5, 2]],
    [{ curve: 'quadratic', from: 0, to: 2 }, [0, 0.125, 0.5, 1.125, 2]],
    [{ curve: 'cosine', from: 0, to: 2 }, [0, 1 - Math.SQRT1_2, 1, 1 + Math.SQRT1_2, 2]],
    [{ curve: 'exponential', from: 0.01, to: 1 }, [0.01, 10 ** -1.5, 0.1, 10 ** -0.5, 1]],
    [{ curve: 'step', values: [1, 2, 3], at: [0.5, 0.75] }, [1, 1, 2, 3, 3]],
    [
      {
        curve: 'piecewise',
        points: [
          [0.25, 1],
          [0.75, 3],
        ],
      },
      [1, 1, 2, 3, 3],
    ],
  ] as [Parameters<typeof curveAt>[0], number[]][])('%j goes through %j', (curve, values) => {
    values.forEach((value, i) => expect(curveAt(curve, i / 4)).toBeCloseTo(value, 12))
  })

  it('begin and end with their phase', () => {
    const document = {
      phases: [
        { name: 'a', until: 0.5, terms: [l1({ lambda: { curve: 'linear', from: 0, to: 4 } })] },
        { name: 'b', until: 1, terms: [l1({ lambda: { curve: 'linear', from: 8, to: 0 } })] },
      ],
    }
    expect(lambdas(document)).toEqual([0, 1, 2, 3, 4, 8, 6, 4, 2, 0])
  })
})

describe('phases', () => {
  const document = {
    phases: [
      {
        name: 'warm-up',
        until: 0.25,
        gates: 'hold',
        train: ['cell*', 'stem'],
        losses: { task: 0, reconstruction: 1 },
      },
      { name: 'press', until: 0.8, terms: [l1({ lambda: 0.5 })] },
      { name: 'relax', until: 1 },
    ],
    prune: { from: 0.3, until: 0.8 },
  }

  it('cut the iterations where they say', () => {
    const { phases, prune } = compile(document)
    expect(phases.map(({ name, from, to }) => [name, from, to])).toEqual([
      ['warm-up', 0, 3],
      ['press', 3, 8],
      ['relax', 8, 10],
    ])
    expect(prune).toMatchObject({ from: 3, until: 8 })
  })

  it('say what is trained, whether gates move, and what each loss weighs', () => {
    const schedule = compile(document)
    expect([...phaseAt(schedule, 2).train]).toEqual(['stem', 'cell0', 'cell1', 'cell2'])
    expect([...phaseAt(schedule, 3).train]).toEqual(layers)
    expect([2, 3, 99].map((t) => phaseAt(schedule, t).gates)).toEqual(['hold', 'move', 'move'])
    expect([2, 3].map((t) => lambdaAt(schedule.losses.task, t))).toEqual([0, 1])
    expect([2, 3].map((t) => lambdaAt(schedule.losses.reconstruction, t))).toEqual([1, 0])
  })

  it('a term that a phase does not name is 0 there', () => {
    expect(lambdas(document)).toEqual([0, 0, 0, 0.5, 0.5, 0.5, 0.5, 0.5, 0, 0])
  })

  it('of so few iterations that one gets none still compile', () => {
    expect(compile(document, { steps: 2 }).phases.map(({ from, to }) => to - from)).toEqual([1, 1, 0])
    expect(compile(document, { steps: 0 }).phases.map(({ from, to }) => to - from)).toEqual([0, 0, 0])
  })
})

describe('layers', () => {
  const staggered = (order: string, share = 1) =>
    ['cell0', 'cell1', 'cell2'].map((layer) =>
      lambdas(one([l1({ lambda: 1, stagger: { order, share } })]), layer).findIndex((value) => value > 0),
    )

  it('start one after another, from input to output or from output to input', () => {
    expect(staggered('input-to-output', 0.8)).toEqual([0, 4, 8])
    expect(staggered('output-to-input', 0.8)).toEqual([8, 4, 0])
    expect(staggered('input-to-output', 0.4)).toEqual([0, 2, 4])
  })

  it('that start later run through their curve from there to the end of the phase', () => {
    const document = one([
      l1({ lambda: { curve: 'linear', from: 1, to: 2 }, stagger: { order: 'input-to-output', share: 0.5 } }),
    ])
    expect(lambdas(document, 'cell2')).toEqual([0, 0, 0, 0, 0, 1, 1.25, 1.5, 1.75, 2])
  })

  it('take the last entry that matches them', () => {
    const document = one([
      l1({ lambda: 1 }),
      l1({ lambda: 2, layers: ['cell1', 'cell2'] }),
      l1({ lambda: 3, layers: 'cell2' }),
    ])
    expect(['cell0', 'cell1', 'cell2'].map((layer) => lambdas(document, layer)[0])).toEqual([1, 2, 3])
  })

  it('keep entries of other parts and terms beside it', () => {
    const schedule = compile(
      one([
        l1({ lambda: 1 }),
        { term: 'l2', part: 'weights', lambda: 2 },
        { term: 'entropy', part: 'gates', lambda: 0 },
      ]),
    )
    const acting = actingTerms(schedule)
    const row = rowAt(schedule, 4)
    expect(acting.onGates('cell1', groups, row)).toMatchObject([{ term: 'l1', label: 'l1/gates', lambda: 1 }])
    expect(acting.onWeights('cell1', 'w', row)).toMatchObject([
      { term: 'l2', label: 'l2/weights', lambda: 2 },
    ])
    expect(acting.onGates('classifier', groups, row)).toEqual([])
    expect(acting.onWeights('classifier', 'w', row)).toHaveLength(1)
  })
})

describe('the table', () => {
  it('holds a constant in one segment, across phases too', () => {
    const schedule = compile({
      phases: [0.3, 0.6, 1].map((until, i) => ({ name: `p${i}`, until, terms: [l1({ lambda: 0.1 })] })),
    })
    expect(schedule.columns.find(({ layer }) => layer === 'cell0')!.segments).toEqual([
      { from: 0, to: 10, value: 0.1 },
    ])
  })

  it('holds segments in order, without overlap, that give every value back', () => {
    const document = one([l1({ lambda: { curve: 'step', values: [0.5, 0, 2], at: [0.3, 0.6] } })])
    const [column] = compile(document, { steps: 1000 }).columns
    column!.segments.forEach(({ from, to }, i) => {
      expect(to).toBeGreaterThan(from)
      if (i > 0) expect(from).toBe(column!.segments[i - 1]!.to)
    })
    expect(column!.segments).toHaveLength(3)
    const values = lambdas(document, 'cell0', { steps: 1000 })
    values.forEach((value, t) => expect(value).toBe(t / 999 < 0.3 ? 0.5 : t / 999 < 0.6 ? 0 : 2))
  })

  it('is 0 outside its segments', () => {
    const segments = [
      { from: 2, to: 4, value: 1 },
      { from: 6, to: 7, value: 2 },
    ]
    expect([-1, 1, 2, 3, 4, 5, 6, 7].map((t) => lambdaAt(segments, t))).toEqual([0, 0, 1, 1, 0, 0, 2, 0])
    expect(lambdaAt([], 3)).toBe(0)
  })

  it('is written as schedule.csv, up to the iterations that were run', () => {
    const schedule = compile(
      one([l1({ lambda: { curve: 'step', values: [0.1, 0.2], at: [0.5] }, layers: 'cell1' })]),
    )
    expect(scheduleCsv(schedule)).toBe(
      [
        'from,to,layer,term,lambda',
        '0,10,*,task,1',
        '0,10,*,reconstruction,0',
        '0,5,cell1,l1/gates,0.1',
        '5,10,cell1,l1/gates,0.2',
        '',
      ].join('\n'),
    )
    expect(scheduleCsv(schedule, 4)).toBe(
      [
        'from,to,layer,term,lambda',
        '0,4,*,task,1',
        '0,4,*,reconstruction,0',
        '0,4,cell1,l1/gates,0.1',
        '',
      ].join('\n'),
    )
  })
})

describe('a budget', () => {
  it('is what it says, or a share of what the supernet costs', () => {
    const value = compile({ ...one([]), budget: { metric: 'depth', value: 52 } }).budget
    const share = compile({ ...one([]), budget: { metric: 'parameters', share: 0.25 } }).budget
    expect([value, share]).toEqual([
      { metric: 'depth', limit: 52, whole: 1000, least: 51.5 },
      { metric: 'parameters', limit: 250, whole: 1000, least: 51.5 },
    ])
  })

  it('has a menu of larger ones that fall through the prune window', () => {
    const prune = { from: 0.2, until: 0.8 }
    const budget = { metric: 'parameters', share: 0.1, menu: [0.25, 0.5] }
    expect(compile({ ...one([]), prune, budget }).budget?.menu).toEqual([
      { size: 0.5, limit: 500, at: 4 },
      { size: 0.25, limit: 250, at: 6 },
    ])
  })

  it('may be just what the smallest architecture costs, and need not be', () => {
    expect(compile({ ...one([]), budget: { metric: 'parameters', share: 0.0515 } }).budget?.limit).toBe(51.5)
    expect(compile(one([]))).not.toHaveProperty('budget')
  })
})
