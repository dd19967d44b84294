/** Bytes of output, or of its gradient, that are made and read again while they are in cache. */
const groupBytes = 1 << 17

/** Images of so many bytes that fit, at most `batch`. */
export const groupOf = (imageBytes: number, batch: number): number =>
  Math.max(1, Math.min(batch, Math.floor(groupBytes / imageBytes)))

/** Goes through a batch, so many images at a time. */
export function overGroups(batch: number, group: number, work: (first: number, count: number) => void): void {
  for (let first = 0; first < batch; first += group) work(first, Math.min(group, batch - first))
}
