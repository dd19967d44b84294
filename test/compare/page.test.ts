import { parseHTML } from 'linkedom'
import { describe, expect, test } from 'vitest'
import { checkComparison } from '../../src/config/check-comparison.js'
import { renderComparison } from '../../src/compare/page/page.js'
import { returnsOf } from '../../src/compare/roi.js'
import { summaryText } from '../../src/compare/summary-text.js'
import { summarise } from '../../src/compare/summary.js'
import type { TrialRow } from '../../src/compare/types.js'

/** The parts of a DOM element that these tests read. */
interface Found {
  id: string
  textContent: string
}

const find = (page: string, selector: string): Found[] => {
  const { document } = parseHTML(page) as unknown as {
    document: { querySelectorAll(s: string): Iterable<Found> }
  }
  return [...document.querySelectorAll(selector)]
}
const text = (page: string, selector: string) =>
  find(page, selector).map(({ textContent }) => textContent.replaceAll(/\s+/g, ' ').trim())

/** The cells of a row of a section’s tables, counted from 0 over all of them. */
const cells = (page: string, id: string, at: number): string => {
  const width = text(page, `#${id} table:first-of-type thead th`).length / find(page, `#${id} table`).length
  return text(page, `#${id} tbody th, #${id} tbody td`)
    .slice(at * width, (at + 1) * width)
    .join(' | ')
}

function row(set: string, method: string, seed: number, test: number | null): TrialRow {
  return {
    set,
    size: 'all',
    method,
    seed,
    key: `${set}${method}${seed}`,
    figures:
      test === null
        ? null
        : {
            metric: 'rmse',
            validation: test,
            test,
            parameters: 100 * method.length,
            flops: 50,
            share: 0.5,
            searchSteps: 9,
            sizesTried: 0,
          },
    rows: { hash: set + seed, learnt: 60, tested: 20 },
    seconds: test === null ? null : { search: 3600 * method.length, baseline: null, retrain: 0 },
    failed: test === null ? 'it <diverged>' : null,
  }
}

const comparisonOf = (rows: readonly TrialRow[], changes: object = {}) => {
  const comparison = checkComparison({
    sets: { s: { data: {} }, t: { data: {} } },
    methods: { long: 'none', b: 'none' },
    seeds: 2,
    preregistered: { method: 'long', against: 'b', margin: 0.01 },
    ...changes,
  })
  return { comparison, rows, summary: summarise(comparison, rows) }
}

const rows = ['s', 't'].flatMap((set) => [
  row(set, 'long', 1, 0.5),
  row(set, 'long', 2, 0.7),
  row(set, 'b', 1, 1),
  row(set, 'b', 2, 1.2),
])
const ablated = ['s', 't'].flatMap((set) => [
  row(set, 'long − term l1/gates', 1, 0.6),
  row(set, 'long − term l1/gates', 2, 0.9),
])

describe('the page of a comparison', () => {
  const comparison = comparisonOf([...rows, ...ablated], {
    ablate: 'long',
    roi: { hourCost: 2, errorCost: 0.001 },
  })
  const page = renderComparison(comparison)

  test('has the preregistered verdict first, and every section with a heading and a hint', () => {
    const ids = 'preregistered results seeds ranks pareto stability ablation cost return'.split(' ')
    expect(find(page, 'section').map(({ id }) => id)).toEqual(ids)
    expect(find(page, 'section > h2')).toHaveLength(ids.length)
    expect(find(page, 'section > .hint')).toHaveLength(ids.length)
    expect(find(page, 'nav a')).toHaveLength(ids.length)
    expect(cells(page, 'preregistered', 0)).toMatch(/^s \| shown \| 2 \| −0\.5 \[−0\.5, −0\.5\]/)
  })

  test('has charts with names for readers, and tables with headings', () => {
    for (const id of ['seeds', 'ranks', 'pareto', 'ablation', 'return'])
      expect(find(page, `#${id} svg[role=img][aria-label]`), id).not.toHaveLength(0)
    // Two methods of two seeds on each of two sets.
    expect(find(page, '#seeds svg circle')).toHaveLength(8)
    expect(find(page, '#pareto svg')).toHaveLength(4)
    expect(find(page, '#ablation svg circle')).toHaveLength(2)
    expect(find(page, 'tbody th:not([scope=row])')).toEqual([])
  })

  test('has a chart of latency for each set where it was measured', () => {
    const timed = rows.map((each) => ({ ...each, seconds: { ...each.seconds!, predict: 0.001 * each.seed } }))
    const own = renderComparison(comparisonOf(timed.filter(({ set }) => set === 's')))
    expect(find(own, '#pareto svg[aria-label*="ms for one row"]')).toHaveLength(1)
    expect(find(page, '#pareto svg[aria-label*="ms for one row"]')).toHaveLength(0)
  })

  test('loads nothing', () => {
    expect(page).not.toMatch(/<script|<link|<img|@import|url\(|(?:src|href)="(?!#)/)
  })

  test('has the figures of the summary', () => {
    expect(cells(page, 'results', 0)).toMatch(/^long \| 2 \| 0 \| 0\.6 ± 0\.1414 \(best\) \| 400 ± 0 \| 50 %/)
    expect(cells(page, 'ablation', 1)).toMatch(/^long − term l1\/gates \| 2 \| 0\.75 ± 0\.2121/)
    // 4 hours of search in each of its trials.
    expect(cells(page, 'cost', 0)).toBe('long | 9 | 4 h | 0 s | 0 s | 4 h')
  })

  test('has the same table of results as the summary in Markdown', () => {
    const line = summaryText(comparison.summary, comparison.rows)
      .split('\n')
      .find((each) => each.startsWith('| `long` |') && each.includes('(best)'))!
    const written = line.slice(2, -2).replaceAll(/[`*]/g, '')
    expect(cells(page, 'results', 0)).toBe(written)
  })

  test('has no sections for what was not asked for, and lists what failed as text', () => {
    const plain = renderComparison(
      comparisonOf([...rows, row('s', 'b', 3, null)], { preregistered: undefined, seeds: 3 }),
    )
    expect(find(plain, '#preregistered, #ablation, #return')).toEqual([])
    expect(text(plain, '#failures li')).toEqual(['s, b, seed 3: it <diverged>'])
  })

  test('can be made of failures alone', () => {
    expect(find(renderComparison(comparisonOf([row('s', 'b', 1, null)])), '#failures li')).toHaveLength(1)
  })
})

test('the return is hours by their price against saved error by its price', () => {
  const [first] = returnsOf('long', { hourCost: 2, errorCost: 0.001 }, rows)
  // 3 hours more cost 6; 0.5 less error saves 0.0005 a prediction.
  expect(first).toMatchObject({ set: 's', other: 'b', hours: 3 })
  expect(first!.saved).toBeCloseTo(0.5, 12)
  expect(first!.predictions).toBeCloseTo(12_000, 6)
  expect(returnsOf('b', { hourCost: 2, errorCost: 0.001 }, rows)[0]!.predictions).toBeNull()
  const quick = rows.map((each) =>
    each.method === 'long' ? { ...each, seconds: { search: 1, baseline: null, retrain: 0 } } : each,
  )
  expect(returnsOf('long', { hourCost: 2, errorCost: 0.001 }, quick)[0]!.predictions).toBe(0)
  // The teacher of the other, 1800 s, counts as if it had trained it itself.
  const taught = rows.map((each) => ({
    ...each,
    seconds: {
      ...each.seconds!,
      baseline: each.method === 'long' ? 1800 : null,
      ...(each.method === 'b' && { shared: true as const }),
    },
  }))
  expect(returnsOf('long', { hourCost: 2, errorCost: 0.001 }, taught)[0]!.hours).toBeCloseTo(3, 12)
})
