/** Access to the backend's memory. */
export interface Memory {
  malloc(bytes: number): number
  free(address: number): void
  scratch(bytes: number): number
  readonly buffer: () => ArrayBufferLike
}

/** A piece of memory that is needed from one moment until another. */
export interface Lifetime {
  readonly bytes: number
  /**
   * Moments are numbered in their order. `until` is the first one at which the memory may be used for
   * something else.
   */
  readonly from: number
  readonly until: number
}

export interface ArenaLayout {
  /** The offset of each lifetime's memory from the beginning of the arena, in bytes; a multiple of 16. */
  readonly offsets: readonly number[]
  readonly bytes: number
}

const aligned = (bytes: number): number => Math.max(16, Math.ceil(bytes / 16) * 16)

/**
 * Assigns memory so that no two lifetimes overlap in both time and memory. The largest come first, and each
 * gets the lowest offset that is free for its whole lifetime (greedy by size; Pisarchyk and Lee,
 * arXiv:2001.03288).
 */
export function layOut(lifetimes: readonly Lifetime[]): ArenaLayout {
  const order = lifetimes.map((_, i) => i).sort((a, b) => lifetimes[b]!.bytes - lifetimes[a]!.bytes || a - b)
  const offsets = Array<number>(lifetimes.length).fill(0)
  /** Sorted by offset. */
  const placed: { from: number; until: number; offset: number; end: number }[] = []
  let total = 0
  for (const i of order) {
    const { bytes, from, until } = lifetimes[i]!
    const size = aligned(bytes)
    let offset = 0
    for (const other of placed) {
      if (other.until <= from || until <= other.from) continue
      if (offset + size <= other.offset) break
      offset = Math.max(offset, other.end)
    }
    const at = placed.findIndex((other) => other.offset > offset)
    placed.splice(at < 0 ? placed.length : at, 0, { from, until, offset, end: offset + size })
    offsets[i] = offset
    total = Math.max(total, offset + size)
  }
  return { offsets, bytes: total }
}

/** Two arenas: one for what lives until the end, and one for what is freed before. */
export interface ApartLayout {
  /** The offset of each lifetime's memory from the beginning of its arena, in bytes; a multiple of 16. */
  readonly offsets: readonly number[]
  readonly keptBytes: number
  readonly passingBytes: number
}

/** Assigns memory like `layOut`, apart for what lives until the end (`until` is Infinity). */
export function layOutApart(lifetimes: readonly Lifetime[]): ApartLayout {
  const passing = layOut(lifetimes.filter(({ until }) => until !== Infinity))
  let [kept, next] = [0, 0]
  const offsets = lifetimes.map(({ bytes, until }) => {
    if (until !== Infinity) return passing.offsets[next++]!
    kept += aligned(bytes)
    return kept - aligned(bytes)
  })
  return { offsets, keptBytes: kept, passingBytes: passing.bytes }
}

/** The most bytes that live at one time: what any layout takes at least, found faster than one. */
export function livingBytes(lifetimes: readonly Lifetime[]): number {
  const changes = lifetimes.flatMap(({ bytes, from, until }) => {
    if (until <= from) return []
    const begins = { at: from, by: aligned(bytes) }
    return until === Infinity ? [begins] : [begins, { at: until, by: -begins.by }]
  })
  // What is freed at a moment makes room for what begins then.
  changes.sort((a, b) => a.at - b.at || a.by - b.by)
  let [now, most] = [0, 0]
  for (const { by } of changes) most = Math.max(most, (now += by))
  return most
}
