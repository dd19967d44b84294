/**
 * Winograd's minimal filtering F(4, 3) along one axis, on four channels at a time: it computes four outputs
 * of a kernel of three taps from six inputs with six products instead of twelve,
 *
 *   y = Aᵀ [(G g) ⊙ (Bᵀ d)]
 *
 * from the points 0, ±1, ±2 and ∞ (Lavin and Gray 2016, arXiv:1509.09308, section 4.3). Applied to both axes
 * it needs 36 products where the plain form needs 144; the transposed matrices give its gradients. Each
 * function takes vectors of four channels, or reads them from addresses `apart` bytes apart, and stores its
 * results `step` bytes apart.
 */

// @ts-ignore: decorator
@inline
function times(factor: f32, a: v128): v128 {
  return f32x4.mul(f32x4.splat(factor), a)
}

/** Bᵀ d: six values from six. */
// @ts-ignore: decorator
@inline
export function liftInput(d0: v128, d1: v128, d2: v128, d3: v128, d4: v128, d5: v128, to: usize, step: usize): void {
  const a = f32x4.sub(d4, times(4, d2))
  const b = f32x4.sub(d3, times(4, d1))
  const c = f32x4.sub(d4, d2)
  const e = times(2, f32x4.sub(d3, d1))
  v128.store(to, f32x4.add(times(4, f32x4.sub(d0, d2)), c))
  to += step
  v128.store(to, f32x4.add(a, b))
  to += step
  v128.store(to, f32x4.sub(a, b))
  to += step
  v128.store(to, f32x4.add(c, e))
  to += step
  v128.store(to, f32x4.sub(c, e))
  to += step
  v128.store(to, f32x4.add(times(4, f32x4.sub(d1, d3)), f32x4.sub(d5, d3)))
}

// @ts-ignore: decorator
@inline
export function liftInputFrom(from: usize, apart: usize, to: usize, step: usize): void {
  const d0 = v128.load(from)
  from += apart
  const d1 = v128.load(from)
  from += apart
  const d2 = v128.load(from)
  from += apart
  const d3 = v128.load(from)
  from += apart
  const d4 = v128.load(from)
  liftInput(d0, d1, d2, d3, d4, v128.load(from + apart), to, step)
}

/** Aᵀ m: four values from six. */
// @ts-ignore: decorator
@inline
export function lowerOutput(from: usize, apart: usize, to: usize, step: usize): void {
  const m0 = v128.load(from)
  from += apart
  const m1 = v128.load(from)
  from += apart
  const m2 = v128.load(from)
  from += apart
  const m3 = v128.load(from)
  from += apart
  const m4 = v128.load(from)
  const m5 = v128.load(from + apart)
  const near = f32x4.add(m1, m2)
  const nearOdd = f32x4.sub(m1, m2)
  const far = f32x4.add(m3, m4)
  const farOdd = f32x4.sub(m3, m4)
  v128.store(to, f32x4.add(f32x4.add(m0, near), far))
  to += step
  v128.store(to, f32x4.add(nearOdd, times(2, farOdd)))
  to += step
  v128.store(to, f32x4.add(near, times(4, far)))
  to += step
  v128.store(to, f32x4.add(f32x4.add(nearOdd, times(8, farOdd)), m5))
}

/** A y: six values from four, the gradient of `lowerOutput`. */
// @ts-ignore: decorator
@inline
export function liftOutput(y0: v128, y1: v128, y2: v128, y3: v128, to: usize, step: usize): void {
  const near = f32x4.add(y0, y2)
  const nearOdd = f32x4.add(y1, y3)
  const far = f32x4.add(y0, times(4, y2))
  const farOdd = f32x4.add(times(2, y1), times(8, y3))
  v128.store(to, y0)
  to += step
  v128.store(to, f32x4.add(near, nearOdd))
  to += step
  v128.store(to, f32x4.sub(near, nearOdd))
  to += step
  v128.store(to, f32x4.add(far, farOdd))
  to += step
  v128.store(to, f32x4.sub(far, farOdd))
  to += step
  v128.store(to, y3)
}

// @ts-ignore: decorator
@inline
export function liftOutputFrom(from: usize, apart: usize, to: usize, step: usize): void {
  const y0 = v128.load(from)
  from += apart
  const y1 = v128.load(from)
  from += apart
  liftOutput(y0, y1, v128.load(from), v128.load(from + apart), to, step)
}

/** G g: six values from three. */
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
