import { gather } from '../../data/batches.js'
import type { CriterionKind } from './types.js'

/** The bins of the literature. */
const usualBins = 15

/**
 * The expected calibration error: how far the probability of the predicted class is from how often it is
 * right, as a mean over bins of equal width, weighted by their rows (Guo et al., 2017).
 */
export const calibrationError: CriterionKind = {
  only: 'classes',
  onRows: true,
  keys: ['bins'],
  measure({ data: { dataset, splits }, outputs }, { split, bins = usualBins }) {
    const rows = splits[split]
    if (rows.length === 0 || dataset.task.kind !== 'classification') return { value: null }
    return {
      value: calibrationErrorOf(
        outputs(rows),
        gather(dataset.targets, 1, rows),
        dataset.task.classes.length,
        bins,
      ),
    }
  },
  remedy: 'set retrain.calibration: temperature, and retrain',
}

/** The expected calibration error of logits, rows × width, for the class of each row. */
export function calibrationErrorOf(
  logits: ArrayLike<number>,
  targets: ArrayLike<number>,
  width: number,
  bins: number,
): number {
  // For each bin: the sum of probabilities minus hits.
  const gaps = new Float64Array(bins)
  const rows = logits.length / width
  for (let row = 0; row < rows; row++) {
    const rowLogits = Array.from({ length: width }, (_, c) => logits[row * width + c]!)
    const top = Math.max(...rowLogits)
    const probability = 1 / rowLogits.reduce((sum, logit) => sum + Math.exp(logit - top), 0)
    const bin = Math.min(bins - 1, Math.ceil(probability * bins) - 1)
    gaps[bin]! += probability - (rowLogits.indexOf(top) === targets[row] ? 1 : 0)
  }
  return gaps.reduce((sum, each) => sum + Math.abs(each), 0) / rows
}
