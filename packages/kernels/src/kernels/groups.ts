/** The bytes of output, or of its gradient, that are written and read again while they are in cache. */
const groupBytes = 1 << 17

/** The number of images of `imageBytes` each that fit, at least one and at most `batch`. */
export const groupOf = (imageBytes: number, batch: number): number =>
  Math.max(1, Math.min(batch, Math.floor(groupBytes / imageBytes)))

/** Goes through `total` images, rows or bytes in groups of `group`. */
export function overGroups(total: number, group: number, work: (first: number, count: number) => void): void {
  for (let first = 0; first < total; first += group) work(first, Math.min(group, total - first))
}
