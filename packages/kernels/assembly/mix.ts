import { BLOCK, F32, loadLanes, madd, storeLanes, zero } from './lanes'
import { CHUNK, sumLanes, sweepRows } from './reduce'

/**
 * y = Σ_m (x_m − mean_m) ⊙ factor_m over [rows, channels]: the mixed operation's sum, including the batch
 * norms of its candidates. The table has 12 bytes per member: the addresses of x, mean (0 for none) and
 * factor. Two members are added in one sweep, which halves the passes over y.
 */
export function mixRows(table: usize, y: usize, members: i32, rows: i32, channels: i32): void {
  const chunk = sweepRows(channels)
  const step = <usize>channels * F32
  for (let from = 0; from < rows; from += chunk) {
    const count = min(chunk, rows - from)
    const at = <usize>from * step
    for (let c = 0; c < channels; c += 4) {
      const lanes = channels - c
      const offset = <usize>c * F32
      let m = 0
      if (lanes >= 4)
        for (; m + 2 <= members; m += 2)
          mixTwo(table + <usize>m * 12, at, offset, y + at + offset, count, step, m == 0)
      for (; m < members; m++) mixOne(table + <usize>m * 12, at, offset, lanes, y + at + offset, count, step, m == 0)
    }
  }
}

// @ts-ignore: decorator
@inline
function centreOf(entry: usize, offset: usize, lanes: i32): v128 {
  const mean = <usize>load<u32>(entry, 4)
  return mean ? loadLanes(mean + offset, lanes) : zero()
}

function mixTwo(entry: usize, at: usize, offset: usize, y: usize, rows: i32, step: usize, first: bool): void {
  const centreA = centreOf(entry, offset, 4)
  const centreB = centreOf(entry + 12, offset, 4)
  const scaleA = v128.load(<usize>load<u32>(entry, 8) + offset)
  const scaleB = v128.load(<usize>load<u32>(entry, 20) + offset)
  let a = <usize>load<u32>(entry) + at + offset
  let b = <usize>load<u32>(entry, 12) + at + offset
  if (first)
    for (let r = 0; r < rows; r++) {
      const value = f32x4.mul(f32x4.sub(v128.load(a), centreA), scaleA)
      v128.store(y, madd(f32x4.sub(v128.load(b), centreB), scaleB, value))
      a += step
      b += step
      y += step
    }
  else
    for (let r = 0; r < rows; r++) {
      const value = madd(f32x4.sub(v128.load(a), centreA), scaleA, v128.load(y))
      v128.store(y, madd(f32x4.sub(v128.load(b), centreB), scaleB, value))
      a += step
      b += step
      y += step
    }
}

function mixOne(
  entry: usize,
  at: usize,
  offset: usize,
  lanes: i32,
  y: usize,
  rows: i32,
  step: usize,
  first: bool,
): void {
  const centre = centreOf(entry, offset, lanes)
  const scale = loadLanes(<usize>load<u32>(entry, 8) + offset, lanes)
  let x = <usize>load<u32>(entry) + at + offset
  for (let r = 0; r < rows; r++) {
    const value = f32x4.sub(loadLanes(x, lanes), centre)
    storeLanes(y, first ? f32x4.mul(value, scale) : madd(value, scale, loadLanes(y, lanes)), lanes)
    x += step
    y += step
  }
}

/**
 * dx = gate · dy for a member without a batch norm. Adds ⟨dy, x⟩, its part of the gate's gradient, to the
 * float64 at `product`.
 */
export function plainMember(x: usize, dy: usize, dx: usize, gate: usize, n: i32, product: usize): void {
  const scale = v128.load32_splat(gate)
  let total: f64 = 0
  for (let from = 0; from < n; from += CHUNK) {
    const count = min(CHUNK, n - from)
    let s0 = zero()
    let s1 = zero()
    let i = 0
    for (; i + 8 <= count; i += 8) {
      const a = v128.load(dy)
      const b = v128.load(dy, 16)
      v128.store(dx, f32x4.mul(a, scale))
      v128.store(dx, f32x4.mul(b, scale), 16)
      s0 = madd(a, v128.load(x), s0)
      s1 = madd(b, v128.load(x, 16), s1)
      dy += BLOCK * 2
      x += BLOCK * 2
      dx += BLOCK * 2
    }
    for (; i < count; i += 4) {
      const lanes = count - i
      const a = loadLanes(dy, lanes)
      storeLanes(dx, f32x4.mul(a, scale), lanes)
      s0 = madd(a, loadLanes(x, lanes), s0)
      dy += BLOCK
      x += BLOCK
      dx += BLOCK
    }
    total += sumLanes(f32x4.add(s0, s1))
  }
  store<f64>(product, load<f64>(product) + total)
}
