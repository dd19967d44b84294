import type { RandomStream } from '../base/random.js'
import type { Supernet } from '../supernet/types.js'

/** The layout of a genome: for each group of layers and each channel, knots over time. */
export interface GenomeLayout {
  /** Groups of layers from input to output, of sizes as equal as possible. */
  readonly groups: readonly (readonly string[])[]
  /** The parts that are scaled separately: the pressure of terms without a cost, and the price of terms with one. */
  readonly channels: readonly ('pressure' | 'price')[]
  readonly knots: number
}

/** The largest exponent: a knot is a power of two, from 1/16 to 16. */
const largest = 4

export const genomeLength = ({ groups, channels, knots }: GenomeLayout): number =>
  groups.length * channels.length * knots

/** Divides the layers that have gates into `count` groups, in order. */
export function layerGroups(supernet: Supernet, count: number): string[][] {
  const gated = new Set(supernet.groups.map(({ layer }) => layer))
  const layers = supernet.layers.filter((layer) => gated.has(layer))
  const size = Math.min(count, layers.length)
  return Array.from({ length: size }, (_, i) =>
    layers.slice(Math.round((i * layers.length) / size), Math.round(((i + 1) * layers.length) / size)),
  )
}

/**
 * The factor of λ for a channel and a group of layers at a time in [0, 1], interpolated linearly in log λ
 * between knots.
 */
export function factorAt(
  { channels, knots }: GenomeLayout,
  genome: readonly number[],
  group: number,
  channel: number,
  time: number,
): number {
  const offset = (group * channels.length + channel) * knots
  const place = Math.min(Math.max(time, 0), 1) * (knots - 1)
  const [left, right] = [Math.floor(place), Math.ceil(place)]
  const value = genome[offset + left]! + (genome[offset + right]! - genome[offset + left]!) * (place - left)
  return 2 ** value
}

const within = (value: number): number => Math.min(largest, Math.max(-largest, value))

/** A random genome of normal numbers, so that each factor is 2^N(0, 1.5²). */
export const randomGenome = (length: number, random: RandomStream): number[] =>
  Array.from({ length }, () => within(1.5 * random.normal()))

/**
 * A child of two genomes: takes each channel of each group of layers from one of them, then mutates some
 * knots.
 */
export function child(
  { knots }: GenomeLayout,
  mother: readonly number[],
  father: readonly number[],
  random: RandomStream,
): number[] {
  const blocks = Array.from({ length: mother.length / knots }, () => random.uniform() < 0.5)
  return mother.map((value, i) => {
    const inherited = blocks[Math.floor(i / knots)] ? value : father[i]!
    const moved = random.uniform() < 0.3
    const by = 0.8 * random.normal()
    return within(moved ? inherited + by : inherited)
  })
}
