/**
 * Counter-based random numbers: every draw is a function of (seed, purpose, part, t, index), so there is
 * no generator state to save, and pruning or resuming cannot shift anybody else's numbers.
 *
 * Generator: Philox4x32-10 (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011).
 */
export interface RandomSource {
  /** The draws for one purpose (`'init'`, `'batch'`, …), one part (a parameter's name, …), one iteration. */
  stream(purpose: string, part?: string, t?: number): RandomStream
}

/** An endless sequence of draws that starts at the same place each time it is made. */
export interface RandomStream {
  /** The next draw, uniform on [0, 1), with 32 random bits. */
  uniform(): number
  /** The next draw from the standard normal distribution (Box–Muller). */
  normal(): number
  /** The next integer, uniform on 0 … n − 1. */
  integer(n: number): number
  /** The numbers 0 … n − 1 in random order (Fisher–Yates). */
  permutation(n: number): Uint32Array
}

/** The random source of one seed (an integer ≥ 0). */
export function randomSource(seed: number): RandomSource {
  return {
    stream(purpose, part = '', t = 0) {
      const [key0, key1] = hashString(`${purpose}\u0000${part}`)
      return randomStream([seed >>> 0, t >>> 0], [key0, (key1 ^ Math.floor(seed / 2 ** 32)) >>> 0])
    },
  }
}

function randomStream(counterHigh: readonly [number, number], key: readonly [number, number]): RandomStream {
  let block = 0
  let buffer: readonly number[] = []
  let position = 4
  const bits = (): number => {
    if (position === 4) {
      buffer = philox([block >>> 0, Math.floor(block / 2 ** 32), ...counterHigh], key)
      block += 1
      position = 0
    }
    return buffer[position++]!
  }
  const uniform = () => bits() / 2 ** 32
  const integer = (n: number) => Math.floor(uniform() * n)
  return {
    uniform,
    integer,
    normal: () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform()),
    permutation(n) {
      const order = Uint32Array.from({ length: n }, (_, i) => i)
      for (let i = n - 1; i > 0; i--) {
        const j = integer(i + 1)
        const swap = order[i]!
        order[i] = order[j]!
        order[j] = swap
      }
      return order
    },
  }
}

type Four = readonly [number, number, number, number]

/** One block of Philox4x32-10: four 32-bit words out of a counter of four and a key of two. */
export function philox(counter: Four, key: readonly [number, number]): Four {
  let [c0, c1, c2, c3] = counter
  let [k0, k1] = key
  for (let round = 0; round < 10; round++) {
    const [high0, low0] = multiply(0xd2511f53, c0)
    const [high1, low1] = multiply(0xcd9e8d57, c2)
    c0 = (high1 ^ c1 ^ k0) >>> 0
    c1 = low1
    c2 = (high0 ^ c3 ^ k1) >>> 0
    c3 = low0
    k0 = (k0 + 0x9e3779b9) >>> 0
    k1 = (k1 + 0xbb67ae85) >>> 0
  }
  return [c0, c1, c2, c3]
}

/** The 64-bit product of two unsigned 32-bit numbers, as its high and low words. */
function multiply(a: number, b: number): [number, number] {
  const a0 = a & 0xffff
  const a1 = a >>> 16
  const b0 = b & 0xffff
  const b1 = b >>> 16
  const low = a0 * b0
  const middle = a1 * b0 + (low >>> 16)
  const carry = a0 * b1 + (middle % 0x10000)
  const high = a1 * b1 + Math.floor(middle / 0x10000) + Math.floor(carry / 0x10000)
  return [high >>> 0, Math.imul(a, b) >>> 0]
}

/** Two 32-bit hashes of a string: FNV-1a with two offsets, then a final mix (MurmurHash3's). */
function hashString(text: string): [number, number] {
  let a = 0x811c9dc5
  let b = 0x9747b28c
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    a = Math.imul(a ^ code, 0x01000193)
    b = Math.imul(b ^ code, 0x01000193) + 0x7f4a7c15
  }
  return [mix(a), mix(b)]
}

function mix(value: number): number {
  let h = value >>> 0
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return (h ^ (h >>> 16)) >>> 0
}
