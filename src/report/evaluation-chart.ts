import * as Plot from '@observablehq/plot'
import { empty } from './figure.js'
import { formatNumber, isNumber } from './format.js'
import type { Markup } from './markup.js'
import { domainOf, endLabels, plotSvg, seriesColor, textWidth } from './plot.js'

/** The value of one series at one evaluation. */
export interface EvaluationPoint {
  /** The number of steps done. */
  readonly step: number
  readonly series: string
  readonly value: number | null
}

/**
 * A line chart over the steps, with a labelled line for each series; a note if there are no finite values.
 */
export function evaluationChart(
  id: string,
  label: string,
  all: readonly EvaluationPoint[],
  options: { firstColor?: number; floor?: number; tickFormat?: (value: number) => string } = {},
): Markup {
  const { firstColor = 0, floor, tickFormat = formatNumber } = options
  const points = all.filter((point) => isNumber(point.value))
  if (points.length === 0) return empty('no finite values')
  const names = [...new Set(points.map((point) => point.series))]
  const color = (point: EvaluationPoint) => seriesColor(firstColor + names.indexOf(point.series))
  const values = points.map((point) => point.value)
  const domain = domainOf(values, floor)
  const type = domain[0] > 0 && domain[1] / domain[0] > 50 ? 'log' : 'linear'
  const ends = names.map((name) => points.findLast((point) => point.series === name)!)
  const ticks = type === 'log' ? powersOfTen(domain) : 5
  const single = names.length === 1
  const texts = ends.map((end) => (single ? tickFormat(end.value!) : end.series))
  const [first, last] = domainOf(all.map((point) => point.step))
  const lines = all.filter((point) => names.includes(point.series))
  return plotSvg(id, `${label} over the steps`, {
    width: 520,
    height: 220,
    marginLeft: 52,
    marginRight: 16 + textWidth(texts),
    marginTop: 24,
    marginBottom: 34,
    x: {
      type: 'linear',
      domain: [first, last],
      label: 'step',
      ticks: wholeTicks(first, last),
      tickFormat: 'd',
    },
    y: { type, domain, label, ticks, grid: true, nice: type === 'linear', tickFormat },
    marks: [
      Plot.lineY(lines, { x: 'step', y: 'value', z: 'series', stroke: color }),
      Plot.dot(points, {
        x: 'step',
        y: 'value',
        fill: color,
        r: points.length / names.length > 60 ? 1.2 : 2.2,
        title: (point: EvaluationPoint) =>
          `${point.series}, step ${point.step}: ${formatNumber(point.value)}`,
      }),
      endLabels(
        ends.map((end, i) => ({ y: end.value!, text: texts[i]!, color: color(end) })),
        { domain, height: 162, type },
      ),
    ],
  })
}

/** Ticks at round numbers, at most nine. */
function wholeTicks(first: number, last: number): number[] {
  const power = 10 ** Math.floor(Math.log10(Math.max(1, (last - first) / 8)))
  const size = [1, 2, 5].map((each) => each * power).find((each) => (last - first) / each <= 8) ?? 10 * power
  return multiples(Math.ceil(first / size), Math.floor(last / size)).map((multiple) => multiple * size)
}

function powersOfTen([low, high]: readonly [number, number]): number[] {
  return multiples(Math.ceil(Math.log10(low)), Math.floor(Math.log10(high))).map((power) => 10 ** power)
}

function multiples(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, i) => from + i)
}
