/** Numbers that programs write where nothing was measured. */
const suspects = [-99, ...[3, 4, 5, 6].flatMap((digits) => [10 ** digits - 1, 1 - 10 ** digits])]

/** A number that seems to stand for a missing cell, and how many cells have it. */
export interface Sentinel {
  readonly value: number
  readonly count: number
}

/** With fewer other values, nothing is known of what is usual. */
const fewestOthers = 3

/**
 * The numbers of a column that seem to mean missing cells: -999, 9999 and the like, at least twice, and
 * farther from the column's other numbers than these are from each other.
 */
export function sentinelsOf(values: Float64Array): Sentinel[] {
  const counts = new Map(suspects.map((value) => [value, 0]))
  let [least, most] = [Infinity, -Infinity]
  const others = new Set<number>()
  for (const value of values) {
    const count = counts.get(value)
    if (count !== undefined) counts.set(value, count + 1)
    else if (!Number.isNaN(value)) {
      least = Math.min(least, value)
      most = Math.max(most, value)
      if (others.size < fewestOthers) others.add(value)
    }
  }
  if (others.size < fewestOthers) return []
  const spread = most - least
  return suspects
    .map((value) => ({ value, count: counts.get(value)! }))
    .filter(({ value, count }) => count > 1 && (value > most + spread || value < least - spread))
}

/** The sentence on such numbers of a column, with the remedy. */
export function aboutSentinels(name: string, sentinels: readonly Sentinel[]): string {
  const cells = sentinels.map(({ value, count }) => `${count} cells are ${value}`).join(', ')
  const values = sentinels.map(({ value }) => value).join(', ')
  return `column ${JSON.stringify(name)}: ${cells}, far from all others; if they mean missing cells, set data.missingValues: {${yamlKey(name)}: [${values}]}`
}

const yamlKey = (name: string) => (/^[\p{L}_][\p{L}\d_-]*$/u.test(name) ? name : JSON.stringify(name))
