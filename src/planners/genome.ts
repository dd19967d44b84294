import type { RandomStream } from '../base/random.js'
import type { Supernet } from '../supernet/types.js'

/** How a genome is laid out: knots over time of each channel on each group of layers. */
export interface Layout {
  /** Groups of layers from input to output, as even as can be. */
  readonly groups: readonly (readonly string[])[]
  /** The parts that are scaled separately: the pressure of terms without a cost, and the price of terms with one. */
  readonly channels: readonly ('pressure' | 'price')[]
  readonly knots: number
}

/** A knot is a power of two, from 1/16 to 16. */
const largest = 4

export const genomeLength = ({ groups, channels, knots }: Layout): number =>
  groups.length * channels.length * knots

/** Layers with gates in their order, cut into so many groups. */
export function layerGroups(supernet: Supernet, count: number): string[][] {
  const gated = new Set(supernet.groups.map(({ layer }) => layer))
  const layers = supernet.layers.filter((layer) => gated.has(layer))
  const size = Math.min(count, layers.length)
  return Array.from({ length: size }, (_, i) =>
    layers.slice(Math.round((i * layers.length) / size), Math.round(((i + 1) * layers.length) / size)),
  )
}

/** By what a genome multiplies λ of a channel on a group of layers, at a time in [0, 1]: straight between knots in log λ. */
export function factorAt(
  { channels, knots }: Layout,
  genome: readonly number[],
  group: number,
  channel: number,
  time: number,
): number {
  const own = (group * channels.length + channel) * knots
  const place = Math.min(Math.max(time, 0), 1) * (knots - 1)
  const [left, right] = [Math.floor(place), Math.ceil(place)]
  const value = genome[own + left]! + (genome[own + right]! - genome[own + left]!) * (place - left)
  return 2 ** value
}

const within = (value: number): number => Math.min(largest, Math.max(-largest, value))

/** A genome of normal numbers: each factor 2^N(0, 1.5²) at first. */
export const randomGenome = (length: number, random: RandomStream): number[] =>
  Array.from({ length }, () => within(1.5 * random.normal()))

/** A child of two genomes: each channel of each group of layers from one of them; then some knots move. */
export function child(
  { knots }: Layout,
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
