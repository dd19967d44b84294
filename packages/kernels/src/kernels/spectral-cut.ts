import { upTo8, type WindowInfo } from '../window.js'
import type { Correlation } from './correlation-types.js'
import { fourierLengths } from './fourier-tables.js'

/*
 * Whether a correlation along one axis is cheaper by Fourier transforms, and how series are then cut: into
 * pieces that overlap by the reach of the kernel (overlap-save).
 */

/** A correlation along the only axis that is longer than 1, with a stride of 1. */
export interface Series {
  readonly length: number
  readonly outLength: number
  readonly taps: number
  readonly dilation: number
  readonly pad: number
}

/** The axis along which a window slides over series; undefined over images, or in larger strides. */
function seriesOf(info: WindowInfo): Series | undefined {
  const { height, width, outHeight, outWidth, kernel, stride, dilation, pad } = info
  if (stride[0] !== 1 || stride[1] !== 1) return undefined
  if (width === 1 && outWidth === 1 && kernel[1] === 1 && pad[1] === 0)
    return { length: height, outLength: outHeight, taps: kernel[0], dilation: dilation[0], pad: pad[0] }
  if (height === 1 && outHeight === 1 && kernel[0] === 1 && pad[0] === 0)
    return { length: width, outLength: outWidth, taps: kernel[1], dilation: dilation[1], pad: pad[1] }
  return undefined
}

/** How series are cut: into pieces of `outputs` positions, each computed by transforms of n points. */
export interface Cut {
  readonly n: number
  readonly outputs: number
  readonly pieces: number
}

const reachOf = ({ taps, dilation }: Series): number => (taps - 1) * dilation

/** The pieces for transforms of n points; undefined if a kernel reaches too far for them. */
function cutOf(series: Series, n: number): Cut | undefined {
  const { length, outLength, pad } = series
  // A transform goes round in a circle. If what comes round falls into the zeros before a whole series, it
  // does no harm.
  const whole = Math.max(
    Math.min(pad + length, outLength + reachOf(series)),
    outLength + reachOf(series) - pad,
  )
  if (pad >= 0 && n >= whole) return { n, outputs: outLength, pieces: 1 }
  const outputs = n - reachOf(series)
  return outputs < 1 ? undefined : { n, outputs, pieces: Math.ceil(outLength / outputs) }
}

/*
 * Costs are in multiply-adds of four numbers, and were measured over 1 to 64 channels, 9 to 39 taps and 48 to
 * 1,000 positions. A transform of eight channels takes three for each of its n log n steps; a direct
 * correlation spends, for each tap, as much around its innermost loop as two and a half more channels would
 * cost.
 */
const transformCost = (n: number): number => 3 * n * Math.log2(n)
const directCost = ({ outLength, taps }: Series, { channels, outputs }: Channels): number =>
  (outLength * taps * (channels + 2.5) * upTo8(outputs)) / 4
/** A kernel is transformed once for all series; whether that pays must not depend on how many there are. */
const seriesAtOnce = 32

export type Channels = Pick<Correlation, 'channels' | 'outputs'>

/**
 * The rows of a matrix at one frequency: real and imaginary parts, of whole groups of eight if there are
 * several.
 */
export const rowsOf = (channels: number): number => (channels <= 8 ? 2 * channels : 2 * upTo8(channels))

function costOf({ n, pieces }: Cut, { channels, outputs }: Channels): number {
  const [groupsIn, groupsOut] = [upTo8(channels) / 8, upTo8(outputs) / 8]
  const products = (n / 2 + 1) * rowsOf(channels) * groupsOut * 4
  const kernels = (channels * groupsOut * transformCost(n)) / seriesAtOnce
  return pieces * ((groupsIn + groupsOut) * transformCost(n) + products) + kernels
}

/** Series, and how they are cut. */
export interface SeriesCut {
  readonly series: Series
  readonly cut: Cut
}

/**
 * The cheapest way to cut the series for which transforms cost less than a direct correlation; undefined if
 * there is none.
 */
export function spectralCut(
  info: WindowInfo,
  channels: Channels,
  spread: readonly [number, number] = [1, 1],
): SeriesCut | undefined {
  const series = spread.every((n) => n === 1) ? seriesOf(info) : undefined
  if (!series) return undefined
  const cuts = fourierLengths.flatMap((n) => cutOf(series, n) ?? [])
  const best = cuts
    .map((cut) => ({ cut, cost: costOf(cut, channels) }))
    .reduce<{ cut?: Cut; cost: number }>((a, b) => (b.cost < a.cost ? b : a), {
      cost: directCost(series, channels),
    })
  return best.cut && { series, cut: best.cut }
}
