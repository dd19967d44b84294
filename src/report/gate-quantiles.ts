import * as Plot from '@observablehq/plot'
import { quantile } from '../base/quantile.js'
import type { GateHistory } from './history.js'
import type { Markup } from './markup.js'
import { domainOf, endLabels, plotSvg, type EndLabel } from './plot.js'
import type { Run } from './run.js'
import { iterationAxis, phaseRules } from './timeline.js'

const width = 520
const height = 210

/**
 * The gates of a group of many units as bands: the middle half of the units, the middle 80 %, and all.
 * Removed units count as 0.
 */
export function gateQuantiles(run: Run, history: GateHistory, index: number): Markup {
  const rows = history.times.map(({ step, weights }) => {
    const sorted = history.members.map((member) => weights[member] ?? 0).sort((a, b) => a - b)
    const at = (share: number) => quantile(sorted, share)
    return {
      step,
      lowest: at(0),
      p10: at(0.1),
      p25: at(0.25),
      median: at(0.5),
      p75: at(0.75),
      p90: at(0.9),
      highest: at(1),
    }
  })
  const domain = domainOf(
    rows.map((row) => row.highest),
    0,
  )
  const band = (y1: string, y2: string, fillOpacity: number, title: string) =>
    Plot.areaY(rows, { x: 'step', y1, y2, fill: 'var(--series-0)', fillOpacity, title: () => title })
  return plotSvg(`gates-${index}`, `spread of the gates of ${history.name} over the search`, {
    width,
    height,
    marginLeft: 40,
    marginRight: 58,
    marginTop: 24,
    marginBottom: 34,
    x: { ...iterationAxis(run.events), ticks: 4 },
    y: { domain, label: 'mixture weight', ticks: 4, grid: true },
    marks: [
      phaseRules(run.events),
      band('lowest', 'highest', 0.15, 'all units'),
      band('p10', 'p90', 0.25, 'the middle 80 % of the units'),
      band('p25', 'p75', 0.35, 'the middle half of the units'),
      // A single point in time has no width that a band could fill.
      Plot.dot(rows.length === 1 ? rows : [], { x: 'step', y: 'median', fill: 'var(--series-0)' }),
      Plot.lineY(rows, { x: 'step', y: 'median', stroke: 'var(--series-0)', title: () => 'median unit' }),
      endLabels(bandLabels(rows.at(-1)!, domain[1] / 20), { domain, height: height - 58 }),
    ],
  })
}

/** Labels the edges of the bands at the end, without those nearer than `gap` to the one above. */
function bandLabels(
  last: Readonly<Record<'highest' | 'p90' | 'median' | 'p10', number>>,
  gap: number,
): EndLabel[] {
  const edges = [
    ['highest', last.highest],
    ['90 %', last.p90],
    ['median', last.median],
    ['10 %', last.p10],
  ] as const
  return edges
    .filter(([, y], i) => i === 0 || edges[i - 1]![1] - y > gap)
    .map(([text, y]) => ({ text, y, color: 'var(--muted)' }))
}
