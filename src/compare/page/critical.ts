import * as Plot from '@observablehq/plot'
import { figure } from '../../report/figure.js'
import { formatNumber } from '../../report/format.js'
import type { Markup } from '../../report/markup.js'
import { withEllipsis, plotSvg, textWidth } from '../../report/plot.js'
import type { CriticalDifference } from '../critical-difference.js'
import { criticalTable, ranksTable } from '../result-tables.js'
import type { ComparisonSummary } from '../summary.js'
import { tableMarkup, type PageSection } from './parts.js'

/** The critical-difference diagram over all sets; null with fewer than two sets or methods. */
export function criticalSection(summary: ComparisonSummary): PageSection | null {
  const { critical, overall, against } = summary
  if (!critical) return null
  const { sets, p, difference } = critical
  return {
    id: 'ranks',
    title: 'ranks over sets',
    hint: `Mean ranks by error over ${sets} sets, 1 is the best. Friedman’s test: p ${formatNumber(p)}. Bars join methods that are within Nemenyi’s critical difference, ${formatNumber(difference)} at 5 %, so that their order may be chance. Sets of the same data with several numbers of rows are not independent.`,
    content: [
      figure('mean ranks', diagram(critical, overall)),
      tableMarkup('ranks, and wins seed by seed', ranksTable(summary)),
      tableMarkup(`each method against ${against}`, criticalTable(critical)),
    ],
  }
}

function diagram({ alike, difference }: CriticalDifference, overall: ComparisonSummary['overall']): Markup {
  const sorted = overall
    .flatMap(({ method, rank }) => (rank === null ? [] : [{ method, rank }]))
    .sort((a, b) => a.rank - b.rank)
  const rankOf = (method: string) => sorted.find((each) => each.method === method)!.rank
  // Below the axis stands the scale of the difference, then the bars, then a line for each method.
  const bars = alike.map((run, i) => ({ from: rankOf(run[0]!), to: rankOf(run.at(-1)!), y: i + 1 }))
  const first = bars.length + 2
  const lines = sorted.map(({ method, rank }, i) => ({ method, rank, y: first + i }))
  const height = first + lines.length
  const last = sorted.length
  return plotSvg('ranks', 'mean ranks of the methods and their critical difference', {
    width: 720,
    height: 50 + 20 * height,
    marginTop: 40,
    marginRight: 24 + textWidth(lines.map(({ method }) => `${method}  0.000`)),
    marginBottom: 8,
    x: { domain: [1, Math.max(last, 1 + difference)], axis: 'top', label: 'mean rank', ticks: last },
    y: { domain: [height, -0.5], axis: null },
    marks: [
      Plot.link([{ from: 1, to: 1 + difference }], {
        x1: 'from',
        x2: 'to',
        y1: () => 0,
        y2: () => 0,
        stroke: 'var(--bad)',
        strokeWidth: 2,
      }),
      Plot.text([1], {
        x: 1 + difference,
        y: 0,
        text: () => 'critical difference',
        fill: 'var(--bad)',
        textAnchor: 'start',
        dx: 6,
      }),
      Plot.link(bars, { x1: 'from', x2: 'to', y1: 'y', y2: 'y', stroke: 'currentColor', strokeWidth: 5 }),
      Plot.link(lines, { x1: 'rank', x2: 'rank', y1: () => -0.5, y2: 'y', stroke: 'var(--rule)' }),
      Plot.dot(lines, { x: 'rank', y: 'y', r: 3.5, fill: 'var(--good)' }),
      Plot.text(lines, {
        x: 'rank',
        y: 'y',
        text: (each: (typeof lines)[number]) => `${withEllipsis(each.method)}  ${formatNumber(each.rank)}`,
        textAnchor: 'start',
        dx: 8,
        fill: 'currentColor',
        stroke: 'var(--page)',
        strokeWidth: 4,
      }),
    ],
  })
}
