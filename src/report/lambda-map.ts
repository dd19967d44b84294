import * as Plot from '@observablehq/plot'
import { empty, figure, section } from './figure.js'
import { formatCount, formatNumber } from './format.js'
import { lastStep, startOf } from './history.js'
import { html, type Markup } from './markup.js'
import { cut, plotSvg, textWidth } from './plot.js'
import type { Run, ScheduleSegment } from './read-run.js'
import { iterationAxis, phaseLabels, phaseRules } from './timeline.js'

const width = 1060
const marginRight = 24
/** All rectangles of the section together, so that a schedule that moves at every step stays light. */
const budget = 4000

/** The schedule that was used: for each term λ by layer and iteration, as a heat map. */
export function lambdaSection(run: Run): Markup {
  const layers = layerOrder(run)
  const terms = [...new Set(run.schedule.map((segment) => segment.term))]
  const rows = terms.length * layers.length
  const cells = Math.min(160, Math.max(16, Math.floor(budget / Math.max(1, rows))))
  return section(
    'lambda',
    'Schedule λ[t, k]',
    'How hard each term pushed on each layer over the search: the stronger the colour the larger λ, on a scale of its own for every term; dashed lines are where a phase begins.',
    terms.length === 0
      ? empty('no schedule written yet')
      : terms.map((term, i) => termMap(run, term, layers, cells, i, i === terms.length - 1)),
  )
}

/** Layers in the order k as the run names them, the whole net first, then any that only the schedule has. */
function layerOrder(run: Run): string[] {
  const used = new Set(run.schedule.map((segment) => segment.layer))
  const named = ['*', ...(startOf(run.events)?.layers ?? [])]
  return [...new Set([...named.filter((layer) => used.has(layer)), ...used])]
}

function termMap(
  run: Run,
  term: string,
  layers: readonly string[],
  cells: number,
  index: number,
  last: boolean,
): Markup {
  const all = run.schedule.filter((segment) => segment.term === term)
  const rows = layers.filter((layer) => all.some((segment) => segment.layer === layer))
  const end = Math.max(
    lastStep(run.events),
    all.reduce((last, { to }) => Math.max(last, to), 0),
  )
  const merged = rows.flatMap((layer) =>
    coarse(
      all.filter((s) => s.layer === layer),
      end,
      cells,
    ),
  )
  const peak = all.reduce((most, { lambda }) => Math.max(most, Math.abs(lambda)), 0)
  const name = (layer: string) => (layer === '*' ? 'whole net' : layer)
  const marginLeft = 16 + textWidth(layers.map(name))
  const first = index === 0
  const svg = plotSvg(`lambda-${index}`, `λ of ${term} by layer and iteration`, {
    width,
    height: rows.length * 18 + (last ? 34 : 22) + (first ? 20 : 6),
    marginLeft,
    marginRight,
    marginTop: first ? 20 : 6,
    marginBottom: last ? 34 : 22,
    x: { ...iterationAxis(run.events), domain: [0, end], ticks: 10, label: last ? 'iteration' : null },
    y: { type: 'band', domain: rows, label: null, tickSize: 0, tickFormat: (l: string) => cut(name(l)) },
    opacity: { type: 'identity' },
    marks: [
      Plot.barX(rows, {
        x1: 0,
        x2: end,
        y: (d: string) => d,
        fill: 'var(--cell)',
        insetTop: 1,
        insetBottom: 1,
      }),
      Plot.barX(merged, {
        x1: 'from',
        x2: 'to',
        y: 'layer',
        fill: 'var(--heat)',
        fillOpacity: (segment: ScheduleSegment) =>
          Number((Math.abs(segment.lambda) / (peak || 1)).toFixed(3)),
        insetTop: 1,
        insetBottom: 1,
        shapeRendering: 'crispEdges',
        title: (s: ScheduleSegment) =>
          `${name(s.layer)}: λ = ${formatNumber(s.lambda)}, iterations ${formatCount(s.from)}–${formatCount(s.to)}`,
      }),
      phaseRules(run.events),
      ...(first ? [phaseLabels(run.events, width - marginLeft - marginRight)] : []),
    ],
  })
  const scale = html`<b>${term}</b>
    <span class="scale">0 <span class="ramp"></span> ${formatNumber(peak)}</span>`
  return figure(scale, svg)
}

/** The segments of one layer that are not 0; where they are many, means over equal stretches of time. */
function coarse(segments: readonly ScheduleSegment[], end: number, cells: number): ScheduleSegment[] {
  const live = segments.filter((segment) => segment.lambda !== 0)
  if (live.length <= cells) return live
  const size = end / cells
  const sums = new Float64Array(cells)
  for (const { from, to, lambda } of live) {
    for (let i = Math.floor(from / size); i < cells && i * size < to; i++) {
      sums[i]! += lambda * (Math.min(to, (i + 1) * size) - Math.max(from, i * size))
    }
  }
  return Array.from(sums, (sum, i) => ({
    ...live[0]!,
    from: Math.round(i * size),
    to: Math.round((i + 1) * size),
    lambda: sum / size,
  })).filter((segment) => segment.lambda !== 0)
}
