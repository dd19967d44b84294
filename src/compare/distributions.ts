/** The density of the standard normal distribution. */
export const normalDensity = (x: number): number => Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI)

/**
 * The probability that a standard normal variable is at most x: ½ + φ(x) Σ x^(2k+1) / (1·3·…·(2k+1))
 * (Abramowitz & Stegun 26.2.11).
 */
export function normalBelow(x: number): number {
  if (Math.abs(x) > 8) return x > 0 ? 1 : 0
  let sum = 0
  let term = x
  for (let k = 3; sum + term !== sum; k += 2) {
    sum += term
    term *= (x * x) / k
  }
  return 0.5 + sum * normalDensity(x)
}

/** ∫ f from a to b by Simpson's rule with an even number of parts. */
function integral(f: (x: number) => number, a: number, b: number, parts: number): number {
  const width = (b - a) / parts
  let sum = f(a) + f(b)
  for (let i = 1; i < parts; i++) sum += (i % 2 === 1 ? 4 : 2) * f(a + i * width)
  return (sum * width) / 3
}

/** The argument in [low, high] at which a rising function has a value, by halving. */
export function solve(f: (x: number) => number, value: number, low: number, high: number): number {
  for (let i = 0; i < 60; i++) {
    const middle = (low + high) / 2
    if (f(middle) < value) low = middle
    else high = middle
  }
  return (low + high) / 2
}

/** ln Γ(n / 2) for a whole number n ≥ 1, by Γ(x + 1) = x Γ(x). */
function logGammaHalf(n: number): number {
  let sum = n % 2 === 0 ? 0 : Math.log(Math.PI) / 2
  for (let k = n % 2 === 0 ? 2 : 1; k < n; k += 2) sum += Math.log(k / 2)
  return sum
}

/**
 * The probability that a noncentral t variable (Z + δ) / √(V/ν) is at most t: the mean of Φ(t s − δ) over
 * s = √(V/ν), where V is χ² with ν degrees of freedom, a whole number.
 */
export function noncentralBelow(t: number, degrees: number, delta: number): number {
  const half = degrees / 2
  const scale = Math.log(2) + half * Math.log(half) - logGammaHalf(degrees)
  const density = (s: number) =>
    s === 0
      ? degrees === 1
        ? Math.exp(scale)
        : 0
      : Math.exp(scale + (degrees - 1) * Math.log(s) - half * s * s)
  // Beyond eight standard deviations of s, which are below 1/√(2ν), there is nothing left.
  const reach = 8 / Math.sqrt(2 * degrees)
  return integral((s) => density(s) * normalBelow(t * s - delta), Math.max(0, 1 - reach), 1 + reach, 400)
}

/** The probability that the range of k independent standard normal variables is at most q. */
export const rangeBelow = (q: number, k: number): number =>
  integral((z) => k * normalDensity(z) * (normalBelow(z) - normalBelow(z - q)) ** (k - 1), -8, 8 + q, 800)

/**
 * The probability that an F variable exceeds f, with a and b degrees of freedom: the regularized incomplete
 * beta function, here as ∫ over the angle of its variable x = sin², which is smooth for a, b ≥ 1.
 */
export function aboveF(f: number, a: number, b: number): number {
  if (!Number.isFinite(f)) return 0
  const density = (angle: number) => Math.sin(angle) ** (a - 1) * Math.cos(angle) ** (b - 1)
  const at = Math.atan(Math.sqrt((a * f) / b))
  const whole = integral(density, 0, Math.PI / 2, 2000)
  return integral(density, at, Math.PI / 2, 2000) / whole
}
