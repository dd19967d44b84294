/**
 * Classes [rows] as probabilities [rows, classes] with label smoothing ε: 1 − ε + ε / K for an example's class
 * and ε / K for each of the other ones of K (Szegedy et al., arXiv:1512.00567, §7). ε = 0 gives 1 and 0. With
 * weights, each row is multiplied by that of its class.
 */
export function softTargets(
  labels: Float32Array,
  classes: number,
  smoothing: number,
  weights?: readonly number[],
): Float32Array {
  const result = new Float32Array(labels.length * classes).fill(smoothing / classes)
  labels.forEach((label, row) => {
    result[row * classes + label]! += 1 - smoothing
    if (weights) for (let c = 0; c < classes; c++) result[row * classes + c]! *= weights[label]!
  })
  return result
}
