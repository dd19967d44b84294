import { createHash } from 'node:crypto'
import type { Dataset } from './types.js'

/** For each row the first row with the same inputs, whatever their targets: itself where there is none. */
export function firstEqualRows({ inputs, rows }: Pick<Dataset, 'inputs' | 'rows'>): Uint32Array {
  const size = inputs.length / rows
  const first = new Map<string, number>()
  return Uint32Array.from({ length: rows }, (_, row) => {
    const own = inputs.subarray(row * size, (row + 1) * size)
    const bytes = new Uint8Array(own.buffer, own.byteOffset, own.byteLength)
    const key = createHash('sha1').update(bytes).digest('base64')
    const known = first.get(key)
    if (known === undefined) first.set(key, row)
    return known ?? row
  })
}
