/** The memory that a device has from the backend. */
export interface Memory {
  malloc(bytes: number): number
  free(address: number): void
  scratch(bytes: number): number
  readonly buffer: () => ArrayBufferLike
}

/** A stretch of memory that is wanted from one moment until another. */
export interface Lifetime {
  readonly bytes: number
  /** Moments are counted; `until` is the first at which the memory may be another's. */
  readonly from: number
  readonly until: number
}

export interface ArenaLayout {
  /** Where each lifetime's memory begins, in bytes from the beginning of the arena; multiples of 16. */
  readonly offsets: readonly number[]
  readonly bytes: number
}

const aligned = (bytes: number): number => Math.max(16, Math.ceil(bytes / 16) * 16)

/**
 * Lays memory out so that what lives at the same time does not overlap: the largest first, each at the lowest place that
 * is free all its life (greedy by size; Pisarchyk and Lee, arXiv:2001.03288).
 */
export function layOut(lifetimes: readonly Lifetime[]): ArenaLayout {
  const order = lifetimes.map((_, i) => i).sort((a, b) => lifetimes[b]!.bytes - lifetimes[a]!.bytes || a - b)
  const offsets = Array<number>(lifetimes.length).fill(0)
  /** By offset. */
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
