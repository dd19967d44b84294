export type MetricName = 'accuracy' | 'cross-entropy' | 'rmse' | 'mae' | 'r2'

/** A metric of predictions: its direction, and its value in float64. */
export interface Metric {
  readonly higherIsBetter: boolean
  /** Outputs (rows × width; logits, or values in original units) against targets (class indices, or values). */
  value(outputs: Float64Array, targets: Float64Array, width: number): number
}

const accuracy: Metric = {
  higherIsBetter: true,
  value(outputs, targets, width) {
    let right = 0
    targets.forEach((target, row) => {
      let best = 0
      for (let c = 1; c < width; c++) if (outputs[row * width + c]! > outputs[row * width + best]!) best = c
      if (best === target) right++
    })
    return right / targets.length
  },
}

const crossEntropy: Metric = {
  higherIsBetter: false,
  value(outputs, targets, width) {
    let sum = 0
    targets.forEach((target, row) => {
      const logits = outputs.subarray(row * width, (row + 1) * width)
      const top = logits.reduce((a, b) => Math.max(a, b), -Infinity)
      sum += top + Math.log(logits.reduce((total, z) => total + Math.exp(z - top), 0)) - logits[target]!
    })
    return sum / targets.length
  },
}

/** Σ f(output − target) over all values. */
const total = (outputs: Float64Array, targets: Float64Array, f: (error: number) => number): number =>
  targets.reduce((sum, target, i) => sum + f(outputs[i]! - target), 0)

/** 1 − Σ(output − target)² / Σ(target − mean)²; not a number where the targets are all equal. */
const r2: Metric = {
  higherIsBetter: true,
  value(outputs, targets) {
    const mean = targets.reduce((a, b) => a + b, 0) / targets.length
    const spread = targets.reduce((sum, target) => sum + (target - mean) ** 2, 0)
    return spread === 0 ? NaN : 1 - total(outputs, targets, (error) => error * error) / spread
  },
}

/** Every metric, by name. */
export const metrics: Readonly<Record<MetricName, Metric>> = {
  accuracy,
  'cross-entropy': crossEntropy,
  rmse: {
    higherIsBetter: false,
    value: (outputs, targets) =>
      Math.sqrt(total(outputs, targets, (error) => error * error) / targets.length),
  },
  mae: {
    higherIsBetter: false,
    value: (outputs, targets) => total(outputs, targets, Math.abs) / targets.length,
  },
  r2,
}

/** Is `a` better than `b` by more than `margin` (≥ 0)? A missing `b` is worse than anything. */
export function isBetter(metric: MetricName, a: number, b: number | null, margin = 0): boolean {
  if (b === null) return Number.isFinite(a)
  return metrics[metric].higherIsBetter ? a > b + margin : a < b - margin
}
