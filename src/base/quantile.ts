/**
 * The value below which a share of ascending values lies, interpolated linearly; 0 if there are no values.
 */
export function quantile(sorted: ArrayLike<number>, share: number): number {
  const position = share * (sorted.length - 1)
  const below = sorted[Math.floor(position)] ?? 0
  const above = sorted[Math.ceil(position)] ?? below
  return below + (position % 1) * (above - below)
}
