import type { Config } from '../config/config-schema.js'
import { firstInSplit } from './duplicates.js'
import type { Dataset } from './types.js'

/**
 * Divides time into one stretch per split, the earliest first, and the time of each series on its own where
 * there are several. Rows with the same time stay together on the earlier side. Left out are windows that cross
 * a boundary, and rows whose inputs occur in an earlier split, unless `split.equal` is `apart`.
 */
export function splitByTime(
  dataset: Dataset,
  split: Pick<Config['split'], 'equal'>,
  shares: readonly number[],
): number[][] {
  const side = dataset.spans === undefined ? sidesOfRows(dataset, shares) : sidesOfWindows(dataset, shares)
  const earliest = new Map<number, number>()
  const equal = firstInSplit(dataset, split)
  side.forEach((part, row) => {
    if (part === undefined) return
    earliest.set(equal[row]!, Math.min(part, earliest.get(equal[row]!) ?? part))
  })
  const parts: number[][] = shares.map(() => [])
  side.forEach((part, row) => {
    if (part !== undefined && earliest.get(equal[row]!) === part) parts[part]!.push(row)
  })
  return parts
}

/** Where the splits end among n ordered places. */
function endsOf(shares: readonly number[], n: number): number[] {
  const total = shares.reduce((sum, share) => sum + share, 0)
  let sum = 0
  return shares.map((share) => Math.round(((sum += share) / total) * n))
}

function sidesOfRows({ rows, keys }: Dataset, shares: readonly number[]): number[] {
  const order = Array.from({ length: rows }, (_, row) => row)
  if (keys !== undefined) order.sort((a, b) => Number(keys[a]) - Number(keys[b]) || a - b)
  const ends = endsOf(shares, rows)
  const side = new Array<number>(rows).fill(0)
  order.forEach((row, place) => {
    const before = place > 0 ? order[place - 1]! : undefined
    const sameTime = before !== undefined && keys !== undefined && keys[before] === keys[row]
    side[row] = sameTime ? side[before]! : ends.findIndex((end) => place < end)
  })
  return side
}

function sidesOfWindows({ spans, series }: Dataset, shares: readonly number[]): (number | undefined)[] {
  const last = spans!.reduce((most, [, to]) => Math.max(most, to), 0)
  const stretches = series?.steps ?? [[0, last] as const]
  const endsIn = stretches.map(([from, to]) => endsOf(shares, to - from).map((end) => from + end))
  return spans!.map(([from, to], row) => {
    const ends = endsIn[series?.of[row] ?? 0]!
    const part = ends.findIndex((end) => from < end)
    return to <= ends[part]! ? part : undefined
  })
}
