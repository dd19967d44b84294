import * as Plot from '@observablehq/plot'
import { parseHTML } from 'linkedom'
import { isNumber } from './format.js'
import { html, trusted, type Markup } from './markup.js'

// The compiler does not know the DOM here (its lib is ES only).
const { document } = parseHTML('<html><body></body></html>') as unknown as { document: object }

/** The number of colours for series in the style sheet; further series reuse them. */
export const seriesColors = 10

/** The colour of the i-th series. The style sheet defines it for the light and the dark theme. */
export function seriesColor(i: number): string {
  return `var(--series-${i % seriesColors})`
}

/** Draws a chart as a self-contained SVG. `id` makes its styles unique, `label` describes it. */
export function plotSvg(id: string, label: string, options: Plot.PlotOptions): Markup {
  const svg = Plot.plot({
    document,
    className: `plot-${id}`,
    style: { fontSize: '11px' },
    ...options,
  }) as unknown as { outerHTML: string }
  return labelledPlot(trusted(svg.outerHTML.replace(/="(-?\d+\.\d\d)\d+"/g, '="$1"')), label)
}

/** Gives an SVG element an accessible name. */
export function labelledPlot({ markup }: Markup, label: string): Markup {
  const named = html`<svg role="img" aria-label="${label}" `.markup
  return trusted(markup.replace('<svg ', () => named))
}

/** A label at the right end of a line. */
export interface EndLabel {
  readonly y: number
  readonly text: string
  readonly color: string
}

/** The y axis of end labels: its domain, its length in pixels, its type. */
export interface LabelAxis {
  readonly domain: readonly [number, number]
  readonly height: number
  readonly type?: 'linear' | 'log'
}

/**
 * Labels lines at the right edge, moved apart so that they do not overlap. If they do not all fit, those with
 * the largest y are kept.
 */
export function endLabels(labels: readonly EndLabel[], { domain, height, type = 'linear' }: LabelAxis) {
  const [place, back] = type === 'log' ? [Math.log, Math.exp] : [Number, Number]
  const [low, high] = [place(domain[0]), place(domain[1])]
  const gap = (12.5 * (high - low)) / height
  const fitting = [...labels].sort((a, b) => b.y - a.y).slice(0, Math.floor(height / 12.5) + 1)
  const ys = spread(
    fitting.map((label) => place(label.y)),
    gap,
    low,
  )
  return Plot.text(
    fitting.map((label, i) => ({ ...label, y: back(ys[i]!) })),
    { y: 'y', text: 'text', fill: 'color', frameAnchor: 'right', textAnchor: 'start', dx: 7 },
  )
}

/** Moves descending numbers apart to distances of at least `gap`; none falls below `floor`. */
function spread(values: readonly number[], gap: number, floor: number): number[] {
  const moved = [...values]
  for (let i = 1; i < moved.length; i++) moved[i] = Math.min(moved[i]!, moved[i - 1]! - gap)
  for (let i = moved.length - 1; i >= 0; i--) {
    const least = i === moved.length - 1 ? floor : moved[i + 1]! + gap
    moved[i] = Math.max(moved[i]!, least)
  }
  return moved
}

/** The width in pixels of the longest text, but at most that of `longest` characters. */
export function textWidth(texts: readonly string[], longest = 26): number {
  return Math.ceil(6.3 * Math.max(1, ...texts.map((text) => Math.min(longest, text.length))))
}

/** Shortens a text to `longest` characters, with an ellipsis in place of the rest. */
export function withEllipsis(text: string, longest = 26): string {
  return text.length > longest ? `${text.slice(0, longest - 1)}…` : text
}

/** A y domain from `floor` (or the smallest value) to the largest value, never empty. */
export function domainOf(values: readonly unknown[], floor?: number): [number, number] {
  const numbers = values.filter(isNumber)
  const low = numbers.reduce((a, b) => Math.min(a, b), floor ?? Infinity)
  const high = numbers.reduce((a, b) => Math.max(a, b), floor ?? -Infinity)
  if (low > high) return [0, 1]
  if (low < high) return [low, high]
  const margin = Math.abs(low) / 2 || 0.5
  return floor === low ? [low, low + 2 * margin] : [low - margin, low + margin]
}
