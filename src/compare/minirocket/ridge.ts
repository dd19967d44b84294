import { cholesky, dotProduct, inverseOfLower, solveLower, solveUpper } from './cholesky.js'

/** Inputs and targets of a linear model, row by row: rows × features and rows × outputs. */
export interface Samples {
  readonly rows: number
  readonly inputs: Float32Array
  readonly features: number
  readonly targets: Float64Array
  readonly outputs: number
}

/** A fitted linear model of raw inputs. */
export interface Linear {
  /** features × outputs. */
  readonly weights: Float64Array
  readonly intercepts: Float64Array
  /** The chosen λ, and the leave-one-out error by which it was chosen: the mean square over rows. */
  readonly lambda: number
  readonly looError: number
}

/** The λ that are tried: ten from 10⁻³ to 10³, evenly in their logarithm. */
export const lambdas = Array.from({ length: 10 }, (_, i) => 10 ** (-3 + (6 * i) / 9))

/**
 * Ridge regression of standardised inputs with an intercept: min Σ |y − b − W x|² + λ |W|². λ is the one of
 * the least leave-one-out error, which follows from one fit: the residual of a row divided by 1 − its
 * leverage. The system is that of the rows or of the features, whichever are fewer. Needs two rows at least.
 */
export function ridge(samples: Samples, tried: readonly number[] = lambdas): Linear {
  const { features, outputs, rows } = samples
  const scales = standardise(samples)
  const targets = centred(samples)
  const solve = rows <= features ? byRows(scales.inputs, samples) : byFeatures(scales.inputs, samples)
  let best: { readonly lambda: number; readonly error: number; readonly weights: Float64Array } | undefined
  for (const lambda of tried) {
    const { weights, error } = solve(targets.values, lambda)
    if (!best || error < best.error) best = { lambda, error, weights }
  }
  const weights = best!.weights.map((w, i) => w / scales.std[Math.floor(i / outputs)]!)
  const intercepts = Float64Array.from({ length: outputs }, (_, o) => {
    let shift = 0
    for (let f = 0; f < features; f++) shift += weights[f * outputs + o]! * scales.mean[f]!
    return targets.mean[o]! - shift
  })
  return { weights, intercepts, lambda: best!.lambda, looError: best!.error }
}

/** The outputs of a linear model, rows × outputs. */
export function predictLinear({ weights, intercepts }: Linear, inputs: Float32Array): Float64Array {
  const outputs = intercepts.length
  const features = weights.length / outputs
  const rows = inputs.length / features
  const result = new Float64Array(rows * outputs)
  for (let row = 0; row < rows; row++)
    for (let o = 0; o < outputs; o++) {
      let sum = intercepts[o]!
      for (let f = 0; f < features; f++) sum += inputs[row * features + f]! * weights[f * outputs + o]!
      result[row * outputs + o] = sum
    }
  return result
}

/** Weights of centred targets, features × outputs, and their leave-one-out error. */
type Solve = (targets: Float64Array, lambda: number) => { weights: Float64Array; error: number }

/** With A = X Xᵀ + λ: W = Xᵀ A⁻¹ Y; residuals are λ A⁻¹ Y, and 1 − leverage is λ (A⁻¹)ᵢᵢ − 1/n. */
function byRows(x: Float32Array, { rows, features, outputs }: Samples): Solve {
  const gram = products(x, rows, features)
  return (targets, lambda) => {
    const factor = cholesky(gram, rows, lambda)
    const inverse = inverseOfLower(factor, rows)
    const duals = columns(targets, outputs).map((y) => solveUpper(factor, solveLower(factor, y)))
    let error = 0
    for (let i = 0; i < rows; i++) {
      let diagonal = 0
      for (let k = i; k < rows; k++) diagonal += inverse[k * rows + i]! ** 2
      const free = lambda * diagonal - 1 / rows
      for (const dual of duals) error += ((lambda * dual[i]!) / free) ** 2
    }
    const weights = new Float64Array(features * outputs)
    duals.forEach((dual, o) => {
      for (let i = 0; i < rows; i++)
        for (let f = 0; f < features; f++) weights[f * outputs + o]! += x[i * features + f]! * dual[i]!
    })
    return { weights, error: error / rows }
  }
}

/** With A = Xᵀ X + λ = L Lᵀ: W = A⁻¹ Xᵀ Y, and the leverage of a row x is |L⁻¹ x|² + 1/n. */
function byFeatures(x: Float32Array, { rows, features, outputs }: Samples): Solve {
  const across = transposed(x, rows, features)
  const gram = products(across, features, rows)
  return (targets, lambda) => {
    const factor = cholesky(gram, features, lambda)
    const targetColumns = columns(targets, outputs)
    const solved = targetColumns.map((y) => {
      const right = Float64Array.from({ length: features }, (_, f) =>
        dotProduct(across, f * rows, y, 0, rows),
      )
      return solveUpper(factor, solveLower(factor, right))
    })
    let error = 0
    for (let i = 0; i < rows; i++) {
      const row = Float64Array.from(x.subarray(i * features, (i + 1) * features))
      const z = solveLower(factor, row)
      const free = 1 - dotProduct(z, 0, z, 0, features) - 1 / rows
      solved.forEach((w, o) => {
        error += ((targetColumns[o]![i]! - dotProduct(row, 0, w, 0, features)) / free) ** 2
      })
    }
    const weights = new Float64Array(features * outputs)
    solved.forEach((w, o) => w.forEach((value, f) => (weights[f * outputs + o] = value)))
    return { weights, error: error / rows }
  }
}

/** The products of all pairs of rows, rows × rows; only the lower triangle is filled. */
function products(x: Float32Array, rows: number, width: number): Float64Array {
  const result = new Float64Array(rows * rows)
  for (let i = 0; i < rows; i++)
    for (let j = 0; j <= i; j++) result[i * rows + j] = dotProduct(x, i * width, x, j * width, width)
  return result
}

function transposed(x: Float32Array, rows: number, width: number): Float32Array {
  const result = new Float32Array(x.length)
  for (let i = 0; i < rows; i++) for (let f = 0; f < width; f++) result[f * rows + i] = x[i * width + f]!
  return result
}

/** Inputs with mean 0 and standard deviation 1 by feature; a constant feature becomes 0. */
function standardise({ inputs, rows, features }: Samples) {
  const mean = new Float64Array(features)
  const std = new Float64Array(features)
  for (let i = 0; i < inputs.length; i++) mean[i % features]! += inputs[i]! / rows
  for (let i = 0; i < inputs.length; i++) std[i % features]! += (inputs[i]! - mean[i % features]!) ** 2 / rows
  // Rounding leaves a constant feature with a tiny variance.
  for (let f = 0; f < features; f++) std[f] = Math.sqrt(std[f]!) > 1e-7 ? Math.sqrt(std[f]!) : 1
  const scaled = inputs.map((value, i) => (value - mean[i % features]!) / std[i % features]!)
  return { inputs: scaled, mean, std }
}

function centred({ targets, rows, outputs }: Samples): { values: Float64Array; mean: Float64Array } {
  const mean = new Float64Array(outputs)
  targets.forEach((value, i) => (mean[i % outputs]! += value / rows))
  return { values: targets.map((value, i) => value - mean[i % outputs]!), mean }
}

const columns = (values: Float64Array, width: number): Float64Array[] =>
  Array.from({ length: width }, (_, o) => values.filter((_, i) => i % width === o))
