import type { Dataset } from './types.js'

const MOST_BINS = 10
const LEAST_ROWS_A_BIN = 20

/**
 * Groups units of rows by the stratum of their first row: its class, or the quantile bin of its first target.
 */
export function stratify(dataset: Dataset, units: readonly number[][]): number[][][] {
  const stratum = dataset.task.kind === 'classification' ? dataset.targets : quantileBins(dataset)
  const strata = new Map<number, number[][]>()
  for (const unit of units) {
    const label = stratum[unit[0]!]!
    if (strata.has(label)) strata.get(label)!.push(unit)
    else strata.set(label, [unit])
  }
  return [...strata.entries()].sort(([a], [b]) => a - b).map(([, each]) => each)
}

/** Up to ten bins with about equally many rows, at least twenty each. */
function quantileBins({ rows, targets }: Dataset): Uint32Array {
  const width = targets.length / rows
  const bins = Math.max(1, Math.min(MOST_BINS, Math.floor(rows / LEAST_ROWS_A_BIN)))
  const order = Uint32Array.from({ length: rows }, (_, row) => row)
  order.sort((a, b) => targets[a * width]! - targets[b * width]! || a - b)
  const bin = new Uint32Array(rows)
  order.forEach((row, rank) => (bin[row] = Math.floor((rank * bins) / rows)))
  return bin
}
