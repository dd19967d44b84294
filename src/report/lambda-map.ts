import * as Plot from '@observablehq/plot'
import { pressureOf, unitOf, type GateMotion } from '../schedule/pressure.js'
import { evaluationChart, type EvaluationPoint } from './evaluation-chart.js'
import { empty, figure, section } from './figure.js'
import { foldMembers } from './fold-members.js'
import { formatCount, formatNumber } from './format.js'
import { eventsOf, lastStep, startOf, thin } from './history.js'
import { html, type Markup } from './markup.js'
import { withEllipsis, plotSvg, textWidth } from './plot.js'
import type { Run, ScheduleSegment } from './run.js'
import { phaseNames, rulesOf, type PhaseStart } from './timeline.js'

const width = 1060
const marginRight = 24
/**
 * The most rectangles in all maps together, so that a schedule that changes in every iteration stays small.
 */
const budget = 4000

/** λ by term, layer and iteration, with the axes of its drawing. */
export interface LambdaChart {
  readonly segments: readonly ScheduleSegment[]
  /** The layers in the order k. The layer `*`, the whole network, comes first. */
  readonly layers: readonly string[]
  readonly phases: readonly PhaseStart[]
  /** The number of iterations. */
  readonly steps: number
  /** How gates move, if that is known: then λ on gates is also shown as pressure. */
  readonly motion?: GateMotion | undefined
}

/** The schedule that was used, as a heat map of λ by layer and iteration for each term. */
export function lambdaSection(run: Run): Markup {
  const start = startOf(run.events)
  const maps = lambdaMaps({
    segments: run.schedule,
    layers: start?.layers ?? [],
    phases: eventsOf(run.events, 'phase'),
    steps: lastStep(run.events),
    motion: start?.gates,
  })
  return section(
    'lambda',
    'Schedule λ[t, k]',
    'How hard each term pushed on each layer during the search. A stronger colour means a larger λ; each term has its own scale. Dashed lines mark where a phase begins.',
    maps.length === 0
      ? empty('no schedule written yet')
      : [
          ...maps.map(({ term, peak, pressure, svg }) =>
            figure(
              html`<b>${term}</b>
                <span class="scale">0 <span class="ramp"></span> ${formatNumber(peak)}</span>
                ${unitOf(term)}`,
              svg,
              pressure === null ? undefined : `total pressure on a gate: ${pressure}`,
            ),
          ),
          ...scales(run),
        ],
  )
}

/** A chart of what λ = 1 on gates stood for at each evaluation. */
function scales(run: Run): Markup[] {
  const told = thin(eventsOf(run.events, 'scale'), 200)
  const points = told.flatMap(({ step, scales: by }) =>
    Object.entries(by).map(([series, value]): EvaluationPoint => ({ step, series, value })),
  )
  if (points.length === 0) return []
  return [
    figure(
      html`<b>scale s</b> · what λ = 1 on gates stands for, in units of the loss`,
      evaluationChart('scale', 's', points),
    ),
  ]
}

/** The heat map of one term. */
export interface TermMap {
  readonly term: string
  /** The largest λ, which has the full colour. */
  readonly peak: number
  /** The range of the pressure by layer as text; null if the term does not act on gates. */
  readonly pressure: string | null
  readonly svg: Markup
  /** The size in pixels. */
  readonly width: number
  readonly height: number
}

/** A heat map for each term, on a shared axis of iterations. */
export function lambdaMaps(whole: LambdaChart): TermMap[] {
  const chart = { ...whole, segments: foldMembers(whole.segments) }
  const layers = layerOrder(chart)
  const terms = [...new Set(chart.segments.map((segment) => segment.term))]
  const rows = terms.length * layers.length
  const cells = Math.min(160, Math.max(16, Math.floor(budget / Math.max(1, rows))))
  return terms.map((term, i) => termMap(chart, term, layers, cells, i, i === terms.length - 1))
}

/** The layers in the order k: the whole network first, and last those that only occur in segments. */
function layerOrder({ segments, layers }: LambdaChart): string[] {
  const used = new Set(segments.map((segment) => segment.layer))
  return [...new Set([...['*', ...layers].filter((layer) => used.has(layer)), ...used])]
}

function termMap(
  { segments, phases, steps, motion }: LambdaChart,
  term: string,
  layers: readonly string[],
  cells: number,
  index: number,
  last: boolean,
): TermMap {
  const all = segments.filter((segment) => segment.term === term)
  const rows = layers.filter((layer) => all.some((segment) => segment.layer === layer))
  const end = all.reduce((last, { to }) => Math.max(last, to), steps)
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
  const height = rows.length * 18 + (last ? 34 : 22) + (first ? 20 : 6)
  const svg = plotSvg(`lambda-${index}`, `λ of ${term} by layer and iteration`, {
    width,
    height,
    marginLeft,
    marginRight,
    marginTop: first ? 20 : 6,
    marginBottom: last ? 34 : 22,
    x: { type: 'linear', domain: [0, end], ticks: 10, label: last ? 'iteration' : null },
    y: {
      type: 'band',
      domain: rows,
      label: null,
      tickSize: 0,
      tickFormat: (l: string) => withEllipsis(name(l)),
    },
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
      rulesOf(phases),
      ...(first ? [phaseNames(phases, steps, width - marginLeft - marginRight)] : []),
    ],
  })
  return { term, peak, pressure: pressureText(term, all, motion), svg, width, height }
}

/** The pressure of a term on gates, from the lowest to the highest of the layers; null for other parts. */
function pressureText(
  term: string,
  segments: readonly ScheduleSegment[],
  motion?: GateMotion,
): string | null {
  if (!motion || !term.includes('/gates')) return null
  const layers = [...new Set(segments.map(({ layer }) => layer))]
  const made = layers.map((layer) =>
    pressureOf(
      segments.filter((s) => s.layer === layer),
      motion,
    ),
  )
  const [least, most] = [Math.min(...made), Math.max(...made)].map(formatNumber)
  return `${least === most ? most : `${least} to ${most}`} (1 closes an average gate of its group if the losses do not oppose it)`
}

/** The segments of one layer that are not 0; if there are many, means over equal stretches of time. */
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
