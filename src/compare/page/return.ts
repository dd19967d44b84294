import * as Plot from '@observablehq/plot'
import type { ComparisonDocument } from '../../config/comparison-schema.js'
import { dotNames } from '../../report/dot-names.js'
import { figure } from '../../report/figure.js'
import { formatDifference, formatNumber, formatSi } from '../../report/format.js'
import type { Markup } from '../../report/markup.js'
import { plotSvg, seriesColor, textWidth } from '../../report/plot.js'
import { setName } from '../result-tables.js'
import { returnsOf, type Return } from '../roi.js'
import type { ComparisonSummary } from '../summary.js'
import type { TrialRow } from '../types.js'
import { tableMarkup, type PageSection } from './parts.js'

/**
 * When the method that the comparison is about has paid for its hours; null if the document has no prices.
 */
export function returnSection(
  { roi, methods, preregistered }: ComparisonDocument,
  { overall }: ComparisonSummary,
  rows: readonly TrialRow[],
): PageSection | null {
  if (!roi) return null
  const method = preregistered?.method ?? Object.keys(methods)[0]!
  const names = overall.map((each) => each.method)
  const returns = returnsOf(method, roi, rows).filter(({ other }) => names.includes(other))
  return {
    id: 'return',
    title: 'return on investment',
    hint: `An hour of computing costs ${formatNumber(roi.hourCost)}, one unit of error ${formatNumber(roi.errorCost)} per prediction, in the same currency. ${method} has paid for its hours after so many predictions. The hours are those of this machine, with the unpruned supernet for every trial that uses it.`,
    content: [
      figure('hours more, against error saved', chart(returns, roi)),
      tableMarkup(`${method} against`, {
        rowsOf: 'method',
        columns: ['hours more', 'error saved', 'predictions to break even'],
        rows: returns.map((each) => ({
          name: `${each.other}, ${setName(each)}`,
          cells: [formatDifference(each.hours), formatDifference(each.saved), breakEvenText(each)],
        })),
      }),
    ],
  }
}

const breakEvenText = ({ predictions }: Return): string =>
  predictions === null ? 'never' : predictions === 0 ? 'at once' : formatSi(predictions)

/** Numbers of predictions for which the break-even line is drawn. */
const lines = [1e3, 1e4, 1e5, 1e6]

function chart(
  returns: readonly Return[],
  { hourCost, errorCost }: NonNullable<ComparisonDocument['roi']>,
): Markup {
  const points = returns.map((each, i) => ({
    ...each,
    label: `${each.other}, ${setName(each)}`,
    color: seriesColor(i),
  }))
  const [least, most] = [
    Math.min(0, ...points.map(({ hours }) => hours)),
    Math.max(1e-6, ...points.map(({ hours }) => hours)),
  ]
  const low = Math.min(0, ...points.map(({ saved }) => saved))
  const high = Math.max(1e-9, ...points.map(({ saved }) => saved)) * 1.1
  // saved · errorCost · predictions = hours · hourCost, as far as the chart goes.
  const even = lines.map((predictions) => {
    const slope = hourCost / (errorCost * predictions)
    const end = Math.min(most, high / slope)
    return { predictions, hours: end, saved: end * slope }
  })
  return plotSvg('return', 'hours more against error saved, with break-even lines', {
    width: 720,
    height: 300,
    marginLeft: 60,
    marginRight: 16 + textWidth(points.map(({ label }) => label)),
    x: { label: 'hours more', domain: [least, most], nice: true, ticks: 5, tickFormat: formatNumber },
    y: { label: 'error saved', domain: [low, high], grid: true, ticks: 5, tickFormat: formatNumber },
    marks: [
      Plot.ruleY([0], { stroke: 'var(--rule)' }),
      Plot.link(even, {
        x1: () => 0,
        y1: () => 0,
        x2: 'hours',
        y2: 'saved',
        stroke: 'var(--rule)',
        strokeDasharray: '4 3',
      }),
      Plot.text(even, {
        x: 'hours',
        y: 'saved',
        text: ({ predictions }: (typeof even)[number]) => `${formatSi(predictions)} predictions`,
        fill: 'var(--muted)',
        textAnchor: 'end',
        dy: -7,
      }),
      Plot.dot(points, { x: 'hours', y: 'saved', r: 4.5, fill: 'color' }),
      ...dotNames(
        points.map(({ hours, saved, label, color }) => ({ x: hours, y: saved, name: label, color })),
      ),
    ],
  })
}
