/** A method by two figures that should both be small; null if it lacks one. */
export interface Placed {
  readonly method: string
  readonly error: number | null
  readonly cost: number | null
}

/**
 * The Pareto front: the methods to which no other is at least equal in both figures and better in one, by
 * cost.
 */
export function paretoFront(placed: readonly Placed[]): string[] {
  const known = placed.flatMap(({ method, error, cost }) =>
    error === null || cost === null ? [] : [{ method, error, cost }],
  )
  const beats = (a: (typeof known)[number], b: (typeof known)[number]) =>
    a.error <= b.error && a.cost <= b.cost && (a.error < b.error || a.cost < b.cost)
  return known
    .filter((each) => !known.some((other) => beats(other, each)))
    .sort((a, b) => a.cost - b.cost)
    .map(({ method }) => method)
}
