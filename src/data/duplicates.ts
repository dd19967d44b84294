import type { Config } from '../config/config-schema.js'
import type { Dataset } from './types.js'

/**
 * For each row, the first row with which it has to share a split: by default, the first with the same inputs,
 * because a test on a copy of a training row proves nothing. Under `split.equal: apart`, the row itself.
 */
export const firstInSplit = (dataset: Dataset, { equal }: Pick<Config['split'], 'equal'>): Uint32Array =>
  equal === 'apart' ? Uint32Array.from({ length: dataset.rows }, (_, row) => row) : firstEqualRows(dataset)

/**
 * For each row, the first row with the same inputs, whatever their targets; the row itself if it is the
 * first.
 */
export function firstEqualRows({ inputs, rows }: Pick<Dataset, 'inputs' | 'rows'>): Uint32Array {
  const { buffer, byteOffset, byteLength } = inputs
  const words = new Uint32Array(buffer, byteOffset, byteLength / Uint32Array.BYTES_PER_ELEMENT)
  const size = words.length / rows
  /** The distinct rows found so far, by the hash of their bits. */
  const known = new Map<number, number[]>()
  const equal = (a: number, b: number): boolean => {
    for (let i = 0; i < size; i++) if (words[a * size + i] !== words[b * size + i]) return false
    return true
  }
  return Uint32Array.from({ length: rows }, (_, row) => {
    const key = hashOf(words, row * size, size)
    const alike = known.get(key)
    const first = alike?.find((other) => equal(other, row))
    if (first !== undefined) return first
    if (alike) alike.push(row)
    else known.set(key, [row])
    return row
  })
}

/**
 * A 32-bit hash of words by the rounds of MurmurHash3, which mixes them so that values that differ in few
 * bits get different hashes.
 */
function hashOf(words: Uint32Array, from: number, count: number): number {
  let hash = count
  for (let i = from; i < from + count; i++) {
    const word = Math.imul(words[i]!, 0xcc9e2d51)
    hash ^= Math.imul((word << 15) | (word >>> 17), 0x1b873593)
    hash = (Math.imul((hash << 13) | (hash >>> 19), 5) + 0xe6546b64) | 0
  }
  return hash
}
