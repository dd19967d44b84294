/**
 * Measures this machine's peak performance: float32 multiply-adds without fused rounding, in six independent
 * sums; `copy` measures copying. The kernels' figures are compared with these.
 */
export function multiplyAdd(data: usize, rounds: i32): f32 {
  let s0 = f32x4.splat(0)
  let s1 = s0
  let s2 = s0
  let s3 = s0
  let s4 = s0
  let s5 = s0
  const w0 = v128.load(data)
  const w1 = v128.load(data, 16)
  const w2 = v128.load(data, 32)
  const w3 = v128.load(data, 48)
  const w4 = v128.load(data, 64)
  const w5 = v128.load(data, 80)
  for (let round = 0; round < rounds; round++) {
    for (let at = data; at < data + 256; at += 4) {
      const x = v128.load32_splat(at)
      s0 = f32x4.add(s0, f32x4.mul(x, w0))
      s1 = f32x4.add(s1, f32x4.mul(x, w1))
      s2 = f32x4.add(s2, f32x4.mul(x, w2))
      s3 = f32x4.add(s3, f32x4.mul(x, w3))
      s4 = f32x4.add(s4, f32x4.mul(x, w4))
      s5 = f32x4.add(s5, f32x4.mul(x, w5))
    }
  }
  const sum = f32x4.add(f32x4.add(f32x4.add(s0, s1), f32x4.add(s2, s3)), f32x4.add(s4, s5))
  return f32x4.extract_lane(sum, 0)
}

export function copy(from: usize, to: usize, bytes: usize): void {
  memory.copy(to, from, bytes)
}
