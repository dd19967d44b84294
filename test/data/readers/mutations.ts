import { randomSource, type RandomStream } from '../../../src/base/random.js'

/** Makes a damaged copy of some bytes; never touches what it is given. */
export type Mutator = (bytes: Uint8Array, random: RandomStream) => Uint8Array

const at = (bytes: Uint8Array, random: RandomStream) => random.integer(Math.max(bytes.length, 1))

const join = (...parts: Uint8Array[]): Uint8Array => new Uint8Array(Buffer.concat(parts))

/** Two places of the bytes, at most `most` apart. */
function range(bytes: Uint8Array, random: RandomStream, most = 64): [from: number, to: number] {
  const from = at(bytes, random)
  return [from, Math.min(bytes.length, from + 1 + random.integer(most))]
}

function changed(bytes: Uint8Array, change: (copy: Uint8Array) => void): Uint8Array {
  const copy = bytes.slice()
  if (copy.length > 0) change(copy)
  return copy
}

/** Numbers that a length or a count should never be, as little- and big-endian bytes. */
const extremes: readonly Uint8Array[] = [
  0n,
  1n,
  0x7fn,
  0x80n,
  0xffn,
  0x7fff_ffffn,
  0x8000_0000n,
  0xffff_ffffn,
]
  .flatMap((value) => [1, 2, 4, 8].map((size) => ({ value, size })))
  .flatMap(({ value, size }) => {
    const little = Array.from({ length: size }, (_, i) => Number((value >> BigInt(8 * i)) & 0xffn))
    return [Uint8Array.from(little), Uint8Array.from(little.toReversed())]
  })

const kinds = {
  flipBit: (bytes, random) => changed(bytes, (copy) => (copy[at(copy, random)]! ^= 1 << random.integer(8))),
  setByte: (bytes, random) => changed(bytes, (copy) => (copy[at(copy, random)] = random.integer(256))),
  truncate: (bytes, random) => bytes.slice(0, at(bytes, random)),
  cutFront: (bytes, random) => bytes.slice(at(bytes, random)),
  insert(bytes, random) {
    const place = at(bytes, random)
    const noise = Uint8Array.from({ length: 1 + random.integer(16) }, () => random.integer(256))
    return join(bytes.slice(0, place), noise, bytes.slice(place))
  },
  remove(bytes, random) {
    const [from, to] = range(bytes, random)
    return join(bytes.slice(0, from), bytes.slice(to))
  },
  duplicate(bytes, random) {
    const [from, to] = range(bytes, random)
    return join(bytes.slice(0, to), bytes.slice(from))
  },
  swap: (bytes, random) =>
    changed(bytes, (copy) => {
      const size = 1 + random.integer(32)
      const [a, b] = [at(copy, random), at(copy, random)]
      const [first, second] = [copy.slice(a, a + size), copy.slice(b, b + size)]
      copy.set(second.subarray(0, copy.length - a), a)
      copy.set(first.subarray(0, copy.length - b), b)
    }),
  zero: (bytes, random) => changed(bytes, (copy) => copy.fill(0, ...range(copy, random))),
  /** An extreme number where a length may stand: half of the draws in the first 64 bytes, where headers are. */
  extreme: (bytes, random) =>
    changed(bytes, (copy) => {
      const number = extremes[random.integer(extremes.length)]!
      const place = random.integer(2) === 0 ? random.integer(Math.min(64, copy.length)) : at(copy, random)
      copy.set(number.subarray(0, copy.length - place), place)
    }),
} satisfies Record<string, Mutator>

/** The kinds of damage, by name. */
export const mutators: Readonly<Record<string, Mutator>> = kinds

/** One damaged copy: `name` says how it came about, so that it can be made again alone. */
export interface Mutation {
  readonly name: string
  readonly bytes: Uint8Array
}

/**
 * `count` damaged copies of some bytes, the same ones for the same seed: each of one to three kinds of damage, every
 * kind as often. `more` are kinds of one format beside those above.
 */
export function mutations(
  bytes: Uint8Array,
  count: number,
  { seed = 0, more = {} }: { readonly seed?: number; readonly more?: Readonly<Record<string, Mutator>> } = {},
): Mutation[] {
  const all = Object.entries({ ...mutators, ...more })
  // A Buffer's own slice shares its memory, and damage would add up.
  const whole: Uint8Array = new Uint8Array(bytes)
  return Array.from({ length: count }, (_, i) => {
    const random = randomSource(seed).stream('mutation', '', i)
    const chosen = [all[i % all.length]!]
    while (chosen.length < 3 && random.integer(3) === 0) chosen.push(all[random.integer(all.length)]!)
    return {
      name: `seed ${seed}, mutation ${i}: ${chosen.map(([name]) => name).join(', ')}`,
      bytes: chosen.reduce<Uint8Array>((damaged, [, mutate]) => mutate(damaged, random), whole),
    }
  })
}
