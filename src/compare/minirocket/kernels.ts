import { quantile } from '../../base/quantile.js'
import type { RandomSource } from '../../base/random.js'

/** Series, rows × steps × channels, as data sets hold them. */
export interface SeriesRows {
  readonly values: Float32Array
  readonly steps: number
  readonly channels: number
}

/** One of 84 kernels at one dilation on some channels, with the biases at which its outputs are counted. */
interface Combination {
  readonly dilation: number
  /** The three places of the weight 2 among the nine; the others have −1. */
  readonly places: readonly [number, number, number]
  readonly channels: readonly number[]
  /** Whether the series is padded with zeros, so that there is an output for each step. */
  readonly padded: boolean
  readonly biases: Float64Array
}

/** The fitted transform. */
export interface Kernels {
  readonly combinations: readonly Combination[]
  /** The number of features of a series. */
  readonly features: number
}

/** The length of kernels, which is also the least length of a series. */
export const kernelLength = 9

/** The 84 ways to put three weights of 2 among six of −1. */
export const places: readonly (readonly [number, number, number])[] = threeOf(kernelLength)

function threeOf(n: number): [number, number, number][] {
  const triples: [number, number, number][] = []
  for (let a = 0; a < n; a++)
    for (let b = a + 1; b < n; b++) for (let c = b + 1; c < n; c++) triples.push([a, b, c])
  return triples
}

const mostDilations = 32

/**
 * The dilations for series of some steps, with the number of features that each kernel has at each of them:
 * up to 32 exponents, spread evenly from 2⁰ to the dilation at which a kernel is as long as the series.
 * Equal ones share theirs; what rounding leaves goes to the smallest.
 */
export function dilationsOf(steps: number, perKernel: number): { dilation: number; features: number }[] {
  const count = Math.min(perKernel, mostDilations)
  const most = Math.log2((steps - 1) / (kernelLength - 1))
  const occurrences = new Map<number, number>()
  for (let i = 0; i < count; i++) {
    const dilation = Math.trunc(2 ** (count === 1 ? 0 : (most * i) / (count - 1)))
    occurrences.set(dilation, (occurrences.get(dilation) ?? 0) + 1)
  }
  const each = [...occurrences].map(([dilation, times]) => ({
    dilation,
    features: Math.trunc((times * perKernel) / count),
  }))
  const rest = perKernel - each.reduce((sum, { features }) => sum + features, 0)
  return each.map(({ dilation, features }, i) => ({
    dilation,
    features: features + Math.floor(rest / each.length) + (i < rest % each.length ? 1 : 0),
  }))
}

/** The quantile of the i-th bias, i counted from 1: multiples of the golden ratio, modulo 1. */
const quantileAt = (i: number): number => (i * ((Math.sqrt(5) + 1) / 2)) % 1

/**
 * Fits MiniRocket (Dempster, Schmidt and Webb, arXiv:2012.08791) to some rows of series of at least 9 steps:
 * 84 kernels at every dilation, the biases as quantiles of the outputs for one random row each. With several
 * channels, each kernel and dilation reads a random 1 to 9 of them, small numbers more often (the number is 2
 * to a uniform power). `features` is rounded down to a multiple of 84, at least 84.
 */
export function fitKernels(
  series: SeriesRows,
  rows: Uint32Array,
  features: number,
  random: RandomSource,
): Kernels {
  const perKernel = Math.max(1, Math.floor(features / places.length))
  const draw = random.stream('minirocket')
  const widest = Math.log2(Math.min(series.channels, kernelLength) + 1)
  const reader = convolutions(series)
  const combinations: Combination[] = []
  let count = 0
  dilationsOf(series.steps, perKernel).forEach(({ dilation, features: featureCount }, d) => {
    places.forEach((three, k) => {
      const some = Math.trunc(2 ** (draw.uniform() * widest))
      const channels = [...draw.permutation(series.channels).slice(0, some)]
      const row = rows[draw.integer(rows.length)]!
      reader.load(row, dilation)
      const outputs = Float64Array.from(reader.outputs(three, channels)).sort()
      const biases = Float64Array.from({ length: featureCount }, () => quantile(outputs, quantileAt(++count)))
      combinations.push({ dilation, places: three, channels, padded: (d + k) % 2 === 0, biases })
    })
  })
  return { combinations, features: count }
}

/** The features of some rows, rows × features: the share of a kernel's outputs above each bias. */
export function transform(
  { combinations, features }: Kernels,
  series: SeriesRows,
  rows: Uint32Array,
): Float32Array {
  const reader = convolutions(series)
  const result = new Float32Array(rows.length * features)
  rows.forEach((row, r) => {
    let at = r * features
    let last = 0
    for (const { dilation, places: three, channels, padded, biases } of combinations) {
      if (dilation !== last) reader.load(row, dilation)
      last = dilation
      const outputs = reader.outputs(three, channels)
      const margin = padded ? 0 : ((kernelLength - 1) / 2) * dilation
      at = shares(outputs, margin, biases, result, at)
    }
  })
  return result
}

/** Writes the shares of outputs above each bias, without a margin at both ends; returns the next place. */
function shares(
  outputs: Float64Array,
  margin: number,
  biases: Float64Array,
  into: Float32Array,
  from: number,
): number {
  const end = outputs.length - margin
  let at = from
  for (const bias of biases) {
    let above = 0
    for (let t = margin; t < end; t++) if (outputs[t]! > bias) above++
    into[at++] = above / (end - margin)
  }
  return at
}

/**
 * The outputs of kernels on one row at one dilation, for each step, with zeros beyond both ends. A kernel is
 * −1 everywhere plus 3 at its three places, so that all 84 share nine shifted series.
 */
function convolutions({ values, steps, channels }: SeriesRows) {
  const middle = (kernelLength - 1) / 2
  /** By channel: −1 times the sum of all shifts, and 3 times each shift. */
  const alphas = Array.from({ length: channels }, () => new Float64Array(steps))
  const gammas = Array.from({ length: channels }, () =>
    Array.from({ length: kernelLength }, () => new Float64Array(steps)),
  )
  const result = new Float64Array(steps)
  return {
    load(row: number, dilation: number): void {
      const base = row * steps * channels
      for (let channel = 0; channel < channels; channel++) {
        const alpha = alphas[channel]!.fill(0)
        for (let j = 0; j < kernelLength; j++) {
          const gamma = gammas[channel]![j]!
          const shift = (j - middle) * dilation
          for (let t = 0; t < steps; t++) {
            const s = t + shift
            const value = s < 0 || s >= steps ? 0 : values[base + s * channels + channel]!
            gamma[t] = 3 * value
            alpha[t]! -= value
          }
        }
      }
    },
    /** The outputs, [steps], summed over channels. They are valid until the next call. */
    outputs([a, b, c]: readonly [number, number, number], chosen: readonly number[]): Float64Array {
      result.fill(0)
      for (const channel of chosen) {
        const alpha = alphas[channel]!
        const [first, second, third] = [gammas[channel]![a]!, gammas[channel]![b]!, gammas[channel]![c]!]
        for (let t = 0; t < steps; t++) result[t]! += alpha[t]! + first[t]! + second[t]! + third[t]!
      }
      return result
    },
  }
}
