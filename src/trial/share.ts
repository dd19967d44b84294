import { gather } from '../data/batches.js'
import { outputsOf, type PreparedData } from '../data/types.js'
import { mostUnexplained } from '../objective/most-unexplained.js'
import { errorOf, metrics } from '../objective/metrics.js'

/**
 * The share of the loss that a teacher gets for what it leaves unexplained: min(½, Σ(y − t)² / Σ(t − t̄)²) over the
 * validation rows, where t̄ is the mean of each output; ½ without such rows. This bounds the noise of the targets from
 * above. If that noise is small, the teacher's own errors would outweigh it.
 *
 * @param outputs the teacher's for some rows, in scaled units, in which all outputs count equally.
 */
export function unexplainedShare(
  { dataset, splits, targets }: PreparedData,
  outputs: (rows: Uint32Array) => Float32Array,
): number {
  const rows = splits.validation
  if (rows.length === 0) return mostUnexplained
  const width = outputsOf(dataset.task)
  const explained = metrics.r2.value(outputs(rows), gather(targets, width, rows), width)
  return Number.isNaN(explained) ? mostUnexplained : Math.min(mostUnexplained, errorOf('r2', explained))
}
