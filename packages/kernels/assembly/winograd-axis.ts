/**
 * Winograd's minimal filtering F(4, 3) along one axis, on four channels at a time: it computes four outputs
 * of a kernel of three taps from six inputs with six products instead of twelve,
 *
 *   y = Aᵀ [(G g) ⊙ (Bᵀ d)]
 *
 * from the points 0, ±1, ±2 and ∞ (Lavin and Gray 2016, arXiv:1509.09308, section 4.3). Applied to both axes
 * it needs 36 products where the plain form needs 144; the transposed matrices give its gradients.
 *
 * Each value of a transform is a function of its own, so that callers store values where they like, at
 * distances that the compiler knows. What several values have in common, it computes once.
 */

// @ts-ignore: decorator
@inline
function times(factor: f32, a: v128): v128 {
  return f32x4.mul(f32x4.splat(factor), a)
}

// @ts-ignore: decorator
@inline
function minusFour(a: v128, b: v128): v128 {
  return f32x4.sub(a, times(4, b))
}

// @ts-ignore: decorator
@inline
function twice(a: v128, b: v128): v128 {
  return times(2, f32x4.sub(a, b))
}

/** Bᵀ d, the first of six values from six. */
// @ts-ignore: decorator
@inline
export function input0(d0: v128, d2: v128, d4: v128): v128 {
  return f32x4.add(times(4, f32x4.sub(d0, d2)), f32x4.sub(d4, d2))
}

// @ts-ignore: decorator
@inline
export function input1(d1: v128, d2: v128, d3: v128, d4: v128): v128 {
  return f32x4.add(minusFour(d4, d2), minusFour(d3, d1))
}

// @ts-ignore: decorator
@inline
export function input2(d1: v128, d2: v128, d3: v128, d4: v128): v128 {
  return f32x4.sub(minusFour(d4, d2), minusFour(d3, d1))
}

// @ts-ignore: decorator
@inline
export function input3(d1: v128, d2: v128, d3: v128, d4: v128): v128 {
  return f32x4.add(f32x4.sub(d4, d2), twice(d3, d1))
}

// @ts-ignore: decorator
@inline
export function input4(d1: v128, d2: v128, d3: v128, d4: v128): v128 {
  return f32x4.sub(f32x4.sub(d4, d2), twice(d3, d1))
}

// @ts-ignore: decorator
@inline
export function input5(d1: v128, d3: v128, d5: v128): v128 {
  return f32x4.sub(f32x4.sub(d5, d3), times(2, twice(d3, d1)))
}

/** Aᵀ m, the first of four values from six. */
// @ts-ignore: decorator
@inline
export function output0(m0: v128, m1: v128, m2: v128, m3: v128, m4: v128): v128 {
  return f32x4.add(f32x4.add(m0, f32x4.add(m1, m2)), f32x4.add(m3, m4))
}

// @ts-ignore: decorator
@inline
export function output1(m1: v128, m2: v128, m3: v128, m4: v128): v128 {
  return f32x4.add(f32x4.sub(m1, m2), twice(m3, m4))
}

// @ts-ignore: decorator
@inline
export function output2(m1: v128, m2: v128, m3: v128, m4: v128): v128 {
  return f32x4.add(f32x4.add(m1, m2), times(4, f32x4.add(m3, m4)))
}

// @ts-ignore: decorator
@inline
export function output3(m1: v128, m2: v128, m3: v128, m4: v128, m5: v128): v128 {
  return f32x4.add(f32x4.add(f32x4.sub(m1, m2), times(8, f32x4.sub(m3, m4))), m5)
}

/*
 * A y, six values from four, the gradient of Aᵀ m. The first is y0 and the last y3; those between are sums
 * and differences of an even and an odd half, near (±1) and far (±2).
 */
// @ts-ignore: decorator
@inline
export function nearEven(y0: v128, y2: v128): v128 {
  return f32x4.add(y0, y2)
}

// @ts-ignore: decorator
@inline
export function nearOdd(y1: v128, y3: v128): v128 {
  return f32x4.add(y1, y3)
}

// @ts-ignore: decorator
@inline
export function farEven(y0: v128, y2: v128): v128 {
  return f32x4.add(y0, times(4, y2))
}

// @ts-ignore: decorator
@inline
export function farOdd(y1: v128, y3: v128): v128 {
  return f32x4.add(times(2, y1), times(8, y3))
}

/** G g: six values from three, read `apart` bytes apart and stored `step` bytes apart. */
// @ts-ignore: decorator
@inline
export function liftKernel(from: usize, apart: usize, to: usize, step: usize): void {
  const g0 = v128.load(from)
  const g1 = v128.load(from + apart)
  const g2 = v128.load(from + apart * 2)
  const near = times(-1.0 / 6.0, f32x4.add(g0, g2))
  const nearOdd = times(-1.0 / 6.0, g1)
  const far = f32x4.add(times(1.0 / 24.0, g0), times(1.0 / 6.0, g2))
  const farOdd = times(1.0 / 12.0, g1)
  v128.store(to, times(0.25, g0))
  to += step
  v128.store(to, f32x4.add(near, nearOdd))
  to += step
  v128.store(to, f32x4.sub(near, nearOdd))
  to += step
  v128.store(to, f32x4.add(far, farOdd))
  to += step
  v128.store(to, f32x4.sub(far, farOdd))
  to += step
  v128.store(to, g2)
}

/** Gᵀ h: three values from six, the gradient of `liftKernel`. */
// @ts-ignore: decorator
@inline
export function lowerKernel(from: usize, apart: usize, to: usize, step: usize): void {
  const h0 = v128.load(from)
  const h1 = v128.load(from + apart)
  const h2 = v128.load(from + apart * 2)
  const h3 = v128.load(from + apart * 3)
  const h4 = v128.load(from + apart * 4)
  const h5 = v128.load(from + apart * 5)
  const near = times(1.0 / 6.0, f32x4.add(h1, h2))
  const far = f32x4.add(h3, h4)
  v128.store(to, f32x4.add(f32x4.sub(times(0.25, h0), near), times(1.0 / 24.0, far)))
  to += step
  v128.store(to, f32x4.add(times(1.0 / 6.0, f32x4.sub(h2, h1)), times(1.0 / 12.0, f32x4.sub(h3, h4))))
  to += step
  v128.store(to, f32x4.add(f32x4.sub(times(1.0 / 6.0, far), near), h5))
}
