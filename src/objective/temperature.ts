/**
 * The temperature T > 0 by which logits are divided so that the cross-entropy of some rows is least (Guo et
 * al., 2017). Logits are rows × width, targets class indices. The loss is convex in 1 / T, whose best value
 * between 1/100 and 100 is bisected.
 */
export function bestTemperature(
  logits: ArrayLike<number>,
  targets: ArrayLike<number>,
  width: number,
): number {
  let [low, high] = [1e-2, 1e2]
  for (let i = 0; i < 60; i++) {
    const middle = Math.sqrt(low * high)
    if (slope(logits, targets, width, middle) > 0) high = middle
    else low = middle
  }
  return 1 / Math.sqrt(low * high)
}

/** The derivative of the summed cross-entropy by the factor of the logits: Σ (E[z] − z of the target). */
function slope(logits: ArrayLike<number>, targets: ArrayLike<number>, width: number, factor: number): number {
  let total = 0
  for (let row = 0; row * width < logits.length; row++) {
    const rowLogits = Array.from({ length: width }, (_, c) => logits[row * width + c]!)
    const top = Math.max(...rowLogits)
    const shares = rowLogits.map((logit) => Math.exp(factor * (logit - top)))
    const sum = shares.reduce((all, share) => all + share, 0)
    const mean = rowLogits.reduce((all, logit, c) => all + (logit * shares[c]!) / sum, 0)
    total += mean - rowLogits[targets[row]!]!
  }
  return total
}
