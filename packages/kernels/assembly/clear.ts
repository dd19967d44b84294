/** Sets bytes to 0. */
export function clear(at: usize, bytes: usize): void {
  memory.fill(at, 0, bytes)
}

/** Sets `n` floats, a multiple of four, to a value. */
export function fill(at: usize, n: i32, value: f32): void {
  const four = f32x4.splat(value)
  for (let i = 0; i < n; i += 4) {
    v128.store(at, four)
    at += 16
  }
}
