import * as Plot from '@observablehq/plot'
import { withEllipsis, textWidth } from './plot.js'

/** A dot of a chart, in units of its axes, and what is written beside it. */
export interface NamedDot {
  readonly x: number
  readonly y: number
  readonly name: string
  readonly color: string
}

/** Pixels: the height of a line of text, the half of a dot, and the way from a dot to its name. */
const [line, half, away] = [12, 5, 9]

/**
 * Names to the right of dots. A name that would lie on another one, or on another dot, moves up or down to
 * the nearest free place of the chart, and a line leads to it.
 */
export function dotNames(dots: readonly NamedDot[]): Plot.Markish[] {
  const names = dots.map(({ name }) => withEllipsis(name))
  const widths = names.map((name) => textWidth([name]))
  const placed: Plot.InitializerFunction = (data, facets, { x, y, x1, y1 }, scales, dimensions) => {
    const pixels = (channel: Plot.Channel | undefined, scale: 'x' | 'y') =>
      Array.from(channel!.value as unknown as ArrayLike<number>, (value) => scales[scale]!(value) as number)
    const [xs, ys] = [pixels(x ?? x1, 'x'), pixels(y ?? y1, 'y')]
    const { marginTop, marginBottom, height } = dimensions
    const range = [marginTop, height - marginBottom] as const
    const free = freePlaces(
      xs.map((left, i) => ({ x: left, y: ys[i]!, width: widths[i]! })),
      range,
    )
    const ends = xs.map((left, i) => (free[i] === ys[i] ? left : left + away - 1))
    const to = { value: free }
    const channels = x1 ? { x2: { value: ends }, y2: to } : { y: to }
    return { data, facets, channels }
  }
  return [
    Plot.link(dots, {
      ...Plot.initializer({ x1: 'x', x2: 'x', y1: 'y', y2: 'y' }, placed),
      stroke: 'color',
      strokeOpacity: 0.6,
    }),
    Plot.text(dots, {
      ...Plot.initializer({ x: 'x', y: 'y', text: (_: NamedDot, i: number) => names[i] }, placed),
      fill: 'color',
      textAnchor: 'start',
      dx: away,
      stroke: 'var(--page)',
      strokeWidth: 3,
    }),
  ]
}

interface Box {
  readonly left: number
  readonly right: number
  readonly top: number
  readonly bottom: number
}

/**
 * For each dot, in pixels, the height at which its name lies free of the names before it and of other dots;
 * its own where no place in the range is free.
 */
export function freePlaces(
  dots: readonly { readonly x: number; readonly y: number; readonly width: number }[],
  [top, bottom]: readonly [number, number],
): number[] {
  const around = dots.map(({ x, y }) => boxAt(x - half, y, 2 * half, 2 * half))
  const taken: Box[] = []
  return dots.map(({ x, y, width }, index) => {
    const at = (height: number) => boxAt(x + away, height, width, line)
    const isFree = (height: number) =>
      height >= top &&
      height <= bottom &&
      ![...taken, ...around.filter((_, i) => i !== index)].some((box) => overlap(box, at(height)))
    const place = nearest(y, bottom - top).find(isFree) ?? y
    taken.push(at(place))
    return place
  })
}

/** A height, and those up to `far` above and below, the nearest first, in steps of a third of a line. */
function nearest(y: number, far: number): number[] {
  const steps = Array.from({ length: Math.floor((3 * far) / line) }, (_, i) => ((i + 1) * line) / 3)
  return [y, ...steps.flatMap((step) => [y - step, y + step])]
}

const boxAt = (left: number, middle: number, width: number, height: number): Box => ({
  left,
  right: left + width,
  top: middle - height / 2,
  bottom: middle + height / 2,
})

const overlap = (a: Box, b: Box): boolean =>
  a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom
