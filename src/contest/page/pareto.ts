import * as Plot from '@observablehq/plot'
import { empty, figure, grid } from '../../report/figure.js'
import { formatCount, formatNumber, formatSi } from '../../report/format.js'
import type { Markup } from '../../report/markup.js'
import { cut, plotSvg, seriesColor, textWidth } from '../../report/plot.js'
import type { ComparisonSummary, SetSummary } from '../summary.js'
import { setName, type Part } from './parts.js'

const costs = { parameters: 'parameters', flops: 'FLOPs' } as const

/** Error against cost for each set, with the front of the methods that none beats in both. */
export const paretoSection = ({ sets }: ComparisonSummary): Part => ({
  id: 'pareto',
  title: 'error against size',
  hint: 'Means over seeds. The line joins the methods that no other beats in both; down and to the left is better.',
  content: grid(
    sets.flatMap((set, i) =>
      (['parameters', 'flops'] as const).map((cost) =>
        figure(`${setName(set)}: ${costs[cost]}`, chart(set, cost, `pareto-${i}-${cost}`)),
      ),
    ),
  ),
})

function chart({ methods, pareto, ...set }: SetSummary, cost: 'parameters' | 'flops', id: string): Markup {
  const points = methods.flatMap(({ method, error, [cost]: size }, i) =>
    error && size ? [{ method, error: error.mean, cost: size.mean, color: seriesColor(i) }] : [],
  )
  if (points.length === 0) return empty('no result yet')
  const front = pareto[cost].flatMap((method) => points.find((point) => point.method === method) ?? [])
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
      tickFormat: (each: number) => formatSi(each),
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
          `${each.method}: ${formatNumber(each.error)}, ${formatCount(each.cost)} ${costs[cost]}`,
      }),
      Plot.text(points, {
        x: 'cost',
        y: 'error',
        text: (each: (typeof points)[number]) => cut(each.method),
        fill: 'color',
        textAnchor: 'start',
        dx: 9,
      }),
    ],
  })
}
