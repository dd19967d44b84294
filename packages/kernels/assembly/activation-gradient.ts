import { F32, loadLanes, storeLanes } from './lanes'

/** Codes of `activationGradient`; `kernels/activation-gradient.ts` has the same list. */
const TANH: i32 = 0
const ELU: i32 = 1
const SIGMOID: i32 = 2

/** dx = dy · f'(x) for n numbers, from f's output y. */
export function activationGradient(operation: i32, dy: usize, y: usize, dx: usize, n: i32): void {
  if (operation == TANH) gradients(TANH, dy, y, dx, n)
  else if (operation == ELU) gradients(ELU, dy, y, dx, n)
  else gradients(SIGMOID, dy, y, dx, n)
}

// @ts-ignore: decorator
@inline
function gradients(operation: i32, dy: usize, y: usize, dx: usize, n: i32): void {
  let i = 0
  for (; i + 4 <= n; i += 4) {
    const at = <usize>i * F32
    v128.store(dx + at, gradient(operation, v128.load(dy + at), v128.load(y + at)))
  }
  const at = <usize>i * F32
  if (i < n) storeLanes(dx + at, gradient(operation, loadLanes(dy + at, n - i), loadLanes(y + at, n - i)), n - i)
}

// @ts-ignore: decorator
@inline
function gradient(operation: i32, dy: v128, y: v128): v128 {
  // The same operations in the same order as the compositions in nn/functions/activations.ts.
  if (operation == TANH) return f32x4.sub(dy, f32x4.mul(dy, f32x4.mul(y, y)))
  if (operation == ELU) {
    const below = f32x4.add(f32x4.pmax(f32x4.neg(y), f32x4.splat(0)), f32x4.splat(0))
    return f32x4.sub(dy, f32x4.mul(dy, below))
  }
  return f32x4.mul(dy, f32x4.mul(y, f32x4.sub(f32x4.splat(1), y)))
}
