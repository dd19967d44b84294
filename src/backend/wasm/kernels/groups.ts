/** Bytes of output, or of its gradient, that are made and read again while they are in cache. */
const groupBytes = 1 << 17

/** Images of so many bytes that fit, at most `batch`. */
export const groupOf = (imageBytes: number, batch: number): number =>
  Math.max(1, Math.min(batch, Math.floor(groupBytes / imageBytes)))

/** Goes through `total` images, rows or bytes, so many at a time. */
export function overGroups(total: number, group: number, work: (first: number, count: number) => void): void {
  for (let first = 0; first < total; first += group) work(first, Math.min(group, total - first))
}
