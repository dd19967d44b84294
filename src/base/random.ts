/**
 * Counter-based random numbers: every draw is a function of (seed, purpose, part, t, index). There is no
 * generator state to save, and pruning or resuming cannot shift other draws.
 *
 * Generator: Philox4x32-10 (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011).
 */
export interface RandomSource {
  readonly seed: number
  /**
   * The draws for one purpose (`'init'`, `'batch'`, …), one part (such as a parameter's name) and one
   * iteration.
   */
  stream(purpose: string, part?: string, t?: number): RandomStream
}

/**
 * An endless sequence of draws. Each stream for the same purpose, part and iteration starts at the same
 * place.
 */
export interface RandomStream {
  /** The next draw, uniform on [0, 1), with 32 random bits. */
  uniform(): number
  /** The next draw from the standard normal distribution (Box–Muller). */
  normal(): number
  /** The next integer, uniform on 0 … n − 1. */
  integer(n: number): number
  /** The numbers 0 … n − 1 in random order (Fisher–Yates). */
  permutation(n: number): Uint32Array
  /** The next n draws of `uniform`. */
  uniforms(n: number): Float32Array
  /**
   * n draws from the standard normal distribution. They use both numbers of each Box–Muller pair, so they
   * differ from those of `normal`.
   */
  normals(n: number): Float32Array
}

/** The random source of one seed (an integer ≥ 0). */
export function randomSource(seed: number): RandomSource {
  return {
    seed,
    stream(purpose, part = '', t = 0) {
      const [key0, key1] = hashString(`${purpose}\u0000${part}`)
      return randomStream([seed >>> 0, t >>> 0], [key0, (key1 ^ Math.floor(seed / 2 ** 32)) >>> 0])
    },
  }
}

function randomStream(counterHigh: readonly [number, number], key: readonly [number, number]): RandomStream {
  const [high0, high1] = counterHigh
  const [key0, key1] = key
  let block = 0
  const buffer = new Uint32Array(4)
  let position = 4
  const nextBlock = (out: Uint32Array, at: number): void => {
    philoxInto(out, at, block >>> 0, Math.floor(block / 2 ** 32), high0, high1, key0, key1)
    block += 1
  }
  const bits = (): number => {
    if (position === 4) {
      nextBlock(buffer, 0)
      position = 0
    }
    return buffer[position++]!
  }
  /** The next n draws of `bits`, made in whole blocks. */
  const manyBits = (n: number): Uint32Array => {
    const words = new Uint32Array(n)
    let at = 0
    while (at < n && position < 4) words[at++] = bits()
    for (; at + 4 <= n; at += 4) nextBlock(words, at)
    while (at < n) words[at++] = bits()
    return words
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
    uniforms(n) {
      const words = manyBits(n)
      const values = new Float32Array(n)
      for (let i = 0; i < n; i++) values[i] = words[i]! / 2 ** 32
      return values
    },
    normals(n) {
      const words = manyBits(n + (n % 2))
      const values = new Float32Array(n)
      for (let i = 0; i < n; i += 2) {
        const radius = Math.sqrt(-2 * Math.log(1 - words[i]! / 2 ** 32))
        const angle = (2 * Math.PI * words[i + 1]!) / 2 ** 32
        values[i] = radius * Math.cos(angle)
        values[i + 1] = radius * Math.sin(angle)
      }
      return values
    },
  }
}

type Four = readonly [number, number, number, number]

/** One block of Philox4x32-10: four 32-bit words from a counter of four words and a key of two. */
export function philox(counter: Four, key: readonly [number, number]): Four {
  const words = new Uint32Array(4)
  philoxInto(words, 0, ...counter, ...key)
  return [words[0]!, words[1]!, words[2]!, words[3]!]
}

/** Writes a block into an array without creating objects, because millions are drawn in a pass. */
function philoxInto(
  out: Uint32Array,
  at: number,
  c0: number,
  c1: number,
  c2: number,
  c3: number,
  k0: number,
  k1: number,
): void {
  for (let round = 0; round < 10; round++) {
    const high0 = highWord(0xd2511f53, c0)
    const low0 = Math.imul(0xd2511f53, c0)
    const high1 = highWord(0xcd9e8d57, c2)
    const low1 = Math.imul(0xcd9e8d57, c2)
    c0 = high1 ^ c1 ^ k0
    c1 = low1
    c2 = high0 ^ c3 ^ k1
    c3 = low0
    k0 = (k0 + 0x9e3779b9) | 0
    k1 = (k1 + 0xbb67ae85) | 0
  }
  out[at] = c0
  out[at + 1] = c1
  out[at + 2] = c2
  out[at + 3] = c3
}

/** The upper 32 bits of the 64-bit product of two unsigned 32-bit numbers. */
function highWord(a: number, b: number): number {
  const a0 = a & 0xffff
  const a1 = a >>> 16
  const b0 = b & 0xffff
  const b1 = b >>> 16
  const low = (Math.imul(a1, b0) + (Math.imul(a0, b0) >>> 16)) | 0
  const middle = (Math.imul(a0, b1) + (low & 0xffff)) | 0
  return (Math.imul(a1, b1) + (low >>> 16) + (middle >>> 16)) | 0
}

/** Two 32-bit hashes of a string: FNV-1a with two offsets, followed by the final mix of MurmurHash3. */
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
