import * as Plot from '@observablehq/plot'
import { empty, figure, section } from './figure.js'
import { formatCount, isNumber } from './format.js'
import { evaluationsOf, eventsOf, lastStep, startOf, thin } from './history.js'
import type { Markup } from './markup.js'
import { withEllipsis, endLabels, plotSvg, seriesColor, textWidth } from './plot.js'
import type { Run } from './run.js'
import { iterationAxis, phaseLabels, phaseRules } from './timeline.js'

interface Point {
  readonly step: number
  readonly layer: string
  readonly value: number
}

const width = 1060

/** The sparsity of each layer over the search, with the removals. */
export function sparsitySection(run: Run): Markup {
  const evaluations = thin(evaluationsOf(run.events, 'search'), 200)
  const points: Point[] = evaluations.flatMap(({ step, sparsity }) =>
    Object.entries(sparsity).flatMap(([layer, value]) => (isNumber(value) ? [{ step, layer, value }] : [])),
  )
  return section(
    'sparsity',
    'Sparsity by layer',
    'The share of each layer’s gates that are exactly zero. Lines that climb one after the other show the schedule working layer by layer. A dot is a removal, larger where more members were removed at once.',
    points.length === 0 ? empty('no evaluation yet') : figure('share of gates at zero', chart(run, points)),
  )
}

function chart(run: Run, points: readonly Point[]): Markup {
  const plottedLayers = new Set(points.map((point) => point.layer))
  const layers = [...new Set([...(startOf(run.events)?.layers ?? []), ...plottedLayers])].filter((l) =>
    plottedLayers.has(l),
  )
  const color = (layer: string) => seriesColor(layers.indexOf(layer))
  const inner = Math.max(220, layers.length * 12)
  const marginRight = 14 + textWidth(layers)
  const last = layers.map((layer) => points.findLast((point) => point.layer === layer)!)
  return plotSvg('sparsity', 'sparsity by layer over the iterations of the search', {
    width,
    height: inner + 58,
    marginLeft: 46,
    marginRight,
    marginTop: 22,
    marginBottom: 36,
    x: iterationAxis(run.events),
    y: { domain: [0, 1], tickFormat: '.0%', label: null, ticks: 5, grid: true },
    r: { type: 'identity' },
    marks: [
      phaseRules(run.events),
      phaseLabels(run.events, width - 46 - marginRight),
      Plot.lineY(points, {
        x: 'step',
        y: 'value',
        z: 'layer',
        stroke: (point: Point) => color(point.layer),
        title: 'layer',
      }),
      ...(points.length <= layers.length
        ? [Plot.dot(points, { x: 'step', y: 'value', fill: (p: Point) => color(p.layer), r: 3 })]
        : []),
      Plot.dot(removals(run, points), {
        x: 'step',
        y: 'value',
        r: 'radius',
        fill: (removal: Point) => color(removal.layer),
        stroke: 'var(--page)',
        title: 'title',
      }),
      endLabels(
        last.map(({ layer, value }) => ({ y: value, text: withEllipsis(layer), color: color(layer) })),
        { domain: [0, 1], height: inner },
      ),
    ],
  })
}

/** Removals by layer and stretch of time, placed on the line of their layer. */
function removals(run: Run, points: readonly Point[]) {
  const stretch = lastStep(run.events) / 100
  const bins = new Map<string, { step: number; layer: string; count: number }>()
  for (const { step, layer, members } of eventsOf(run.events, 'removal')) {
    const key = `${Math.floor(step / stretch)} ${layer}`
    const before = bins.get(key)?.count ?? 0
    bins.set(key, { step, layer, count: before + members.length })
  }
  return [...bins.values()].flatMap(({ step, layer, count }) => {
    const value = valueAt(points, layer, step)
    const title = `${layer}: ${formatCount(count)} removed by iteration ${formatCount(step)}`
    return value === null ? [] : [{ step, layer, value, title, radius: Math.min(9, 2 + Math.sqrt(count)) }]
  })
}

/** The sparsity of a layer at an iteration, interpolated linearly between evaluations. */
function valueAt(points: readonly Point[], layer: string, step: number): number | null {
  const line = points.filter((point) => point.layer === layer)
  const after = line.find((point) => point.step >= step)
  const before = line.findLast((point) => point.step < step)
  if (!after || !before) return (after ?? before)?.value ?? null
  const share = (step - before.step) / (after.step - before.step)
  return before.value + share * (after.value - before.value)
}
