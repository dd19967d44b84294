import * as Plot from '@observablehq/plot'
import { figure, grid } from '../../report/figure.js'
import { formatNumber } from '../../report/format.js'
import { withEllipsis, plotSvg, seriesColor, textWidth } from '../../report/plot.js'
import { setName } from '../result-tables.js'
import type { ComparisonSummary } from '../summary.js'
import { errorIn } from '../test-error.js'
import type { TrialRow } from '../types.js'
import type { PageSection } from './parts.js'

/** The test error of every seed, a row of dots for each method. */
export const seedsSection = ({ sets }: ComparisonSummary, rows: readonly TrialRow[]): PageSection => ({
  id: 'seeds',
  title: 'error by seed',
  hint: 'A dot is a seed, the line the mean. Further to the left is better.',
  content: grid(
    sets.map(({ set, size, methods }, i) => {
      const names = methods.map(({ method }) => method)
      const dots = rows.flatMap((row) => {
        const error = errorIn(row)
        const isInSet = row.set === set && row.size === size && names.includes(row.method)
        return isInSet && error !== null ? [{ method: row.method, seed: row.seed, error }] : []
      })
      const means = methods.flatMap(({ method, error }) => (error ? [{ method, error: error.mean }] : []))
      const name = setName({ set, size })
      return figure(
        name,
        plotSvg(`seeds-${i}`, `test errors by method and seed on ${name}`, {
          width: 520,
          height: 60 + 24 * names.length,
          marginLeft: 12 + textWidth(names),
          marginRight: 20,
          x: { label: 'test error', grid: true, nice: true, ticks: 5, tickFormat: formatNumber },
          y: { label: null, domain: names, tickFormat: (each: string) => withEllipsis(each), tickSize: 0 },
          marks: [
            Plot.tickX(means, { x: 'error', y: 'method', stroke: 'currentColor', strokeWidth: 2 }),
            Plot.dot(dots, {
              x: 'error',
              y: 'method',
              r: 3.5,
              fill: (dot: { method: string }) => seriesColor(names.indexOf(dot.method)),
              fillOpacity: 0.8,
              title: (dot: { method: string; seed: number; error: number }) =>
                `${dot.method}, seed ${dot.seed}: ${formatNumber(dot.error)}`,
            }),
          ],
        }),
      )
    }),
  ),
})
