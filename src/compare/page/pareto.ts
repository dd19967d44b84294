import * as Plot from '@observablehq/plot'
import { dotNames } from '../../report/dot-names.js'
import { empty, figure, grid } from '../../report/figure.js'
import { formatCount, formatNumber, formatSi } from '../../report/format.js'
import type { Markup } from '../../report/markup.js'
import { plotSvg, seriesColor, textWidth } from '../../report/plot.js'
import { latencyFront, meanLatency } from '../latency-front.js'
import { setName } from '../result-tables.js'
import type { ComparisonSummary, SetSummary } from '../summary.js'
import type { TrialRow } from '../types.js'
import type { PageSection } from './parts.js'

const costs = { parameters: 'parameters', flops: 'FLOPs', latency: 'ms for one row' } as const
type CostName = keyof typeof costs

/**
 * Error against cost for each set, with the front of the methods that none beats in both; against latency
 * where it was measured.
 */
export const paretoSection = ({ sets }: ComparisonSummary, rows: readonly TrialRow[]): PageSection => ({
  id: 'pareto',
  title: 'error against size',
  hint: 'Means over seeds. The line joins the methods that no other beats in both; down and to the left is better. Latency is measured in the process of the trial, on the machine that ran it.',
  content: grid(
    sets.flatMap((set, i) =>
      namesOf(set, rows).map((cost) =>
        figure(
          `${setName(set)}: ${costs[cost]}`,
          chart(placedBy(cost, set, rows), cost, `pareto-${i}-${cost}`),
        ),
      ),
    ),
  ),
})

const namesOf = (set: SetSummary, rows: readonly TrialRow[]): CostName[] =>
  (['parameters', 'flops', 'latency'] as const).filter(
    (cost) => cost !== 'latency' || latencyFront(set, rows).length > 0,
  )

/** The methods of a set by their error and a cost, latency in milliseconds, and the names of the front. */
function placedBy(cost: CostName, set: SetSummary, rows: readonly TrialRow[]) {
  const costOf = (each: SetSummary['methods'][number]): number | null => {
    if (cost !== 'latency') return each[cost]?.mean ?? null
    const seconds = meanLatency(set, each.method, rows)
    return seconds === null ? null : 1000 * seconds
  }
  const points = set.methods.flatMap((each, i) => {
    const size = costOf(each)
    return each.error && size !== null
      ? [{ method: each.method, error: each.error.mean, cost: size, color: seriesColor(i) }]
      : []
  })
  return { set, points, names: cost === 'latency' ? latencyFront(set, rows) : set.pareto[cost] }
}

function chart({ set, points, names }: ReturnType<typeof placedBy>, cost: CostName, id: string): Markup {
  if (points.length === 0) return empty('no result yet')
  const front = names.flatMap((method) => points.find((point) => point.method === method) ?? [])
  const sizes = points.map((point) => point.cost)
  const type = Math.min(...sizes) > 0 && Math.max(...sizes) > 20 * Math.min(...sizes) ? 'log' : 'linear'
  return plotSvg(id, `test error against ${costs[cost]} on ${setName(set)}`, {
    width: 520,
    height: 240,
    marginLeft: 56,
    marginRight: 16 + textWidth(points.map(({ method }) => method)),
    x: {
      type,
      label: costs[cost],
      grid: true,
      nice: true,
      ticks: 4,
      tickFormat: (each: number) => (cost === 'latency' ? formatNumber(each) : formatSi(each)),
    },
    y: { label: 'test error', grid: true, nice: true, ticks: 5, tickFormat: formatNumber },
    marks: [
      Plot.line(front, { x: 'cost', y: 'error', stroke: 'var(--rule)', curve: 'step-after' }),
      Plot.dot(points, {
        x: 'cost',
        y: 'error',
        r: 4.5,
        fill: 'color',
        title: (each: (typeof points)[number]) =>
          `${each.method}: ${formatNumber(each.error)}, ${cost === 'latency' ? formatNumber(each.cost) : formatCount(each.cost)} ${costs[cost]}`,
      }),
      ...dotNames(points.map(({ method, error, cost: x, color }) => ({ x, y: error, name: method, color }))),
    ],
  })
}
