import { BLOCK, F32, loadLanes, storeLanes, zero } from './lanes'

/**
 * Copies one image [height, width, channels] into a scratch image [paddedHeight, paddedWidth, paddedChannels]
 * of zeros: position (y, x) goes to (top + y·spread, left + x·spread), and positions outside are left out.
 * The kernels that follow therefore need not handle borders or odd channel counts, and an upstream stride
 * becomes zeros between positions.
 */
export function packImage(
  from: usize,
  to: usize,
  height: i32,
  width: i32,
  channels: i32,
  paddedChannels: i32,
  top: i32,
  left: i32,
  paddedHeight: i32,
  paddedWidth: i32,
  spreadY: i32,
  spreadX: i32,
): void {
  const position = <usize>paddedChannels * F32
  const paddedRow = <usize>paddedWidth * position
  memory.fill(to, 0, <usize>paddedHeight * paddedRow)
  const bytes = <usize>channels * F32
  const first = firstInside(left, spreadX)
  const end = endInside(left, spreadX, width, paddedWidth)
  for (let y = 0; y < height; y++) {
    const row = top + y * spreadY
    if (row < 0 || row >= paddedHeight || end <= first) continue
    let source = from + <usize>(y * width + first) * bytes
    let target = to + <usize>row * paddedRow + <usize>(left + first * spreadX) * position
    if (spreadX == 1 && channels == paddedChannels) {
      memory.copy(target, source, <usize>(end - first) * bytes)
      continue
    }
    for (let x = first; x < end; x++) {
      copyPosition(source, target, channels)
      source += bytes
      target += <usize>spreadX * position
    }
  }
}

/** The first position that lands inside the padded image. `endInside` is the one after the last. */
// @ts-ignore: decorator
@inline
function firstInside(before: i32, spread: i32): i32 {
  return before >= 0 ? 0 : (-before + spread - 1) / spread
}

// @ts-ignore: decorator
@inline
function endInside(before: i32, spread: i32, size: i32, padded: i32): i32 {
  return before >= padded ? 0 : min(size, (padded - 1 - before) / spread + 1)
}

/**
 * Copies one image [height, width, channels] into scratch planes of four channels each, [C4/4, paddedHeight,
 * paddedWidth, 4], to the same positions as `packImage`. It writes only these: images of one size take the
 * same ones, so whoever packs many fills the planes once before. Adjacent positions of a plane lie 16 bytes
 * apart, a constant that the kernels which work channel by channel rely on. It goes row by row, so that a row
 * is read once for all of its planes.
 */
export function packPlanes(
  from: usize,
  to: usize,
  height: i32,
  width: i32,
  channels: i32,
  top: i32,
  left: i32,
  paddedHeight: i32,
  paddedWidth: i32,
  spreadY: i32,
  spreadX: i32,
): void {
  const row = <usize>paddedWidth * BLOCK
  const bytes = <usize>channels * F32
  const step = <usize>spreadX * BLOCK
  const first = firstInside(left, spreadX)
  const end = endInside(left, spreadX, width, paddedWidth)
  const start = <usize>(left + first * spreadX) * BLOCK
  for (let y = firstInside(top, spreadY); y < endInside(top, spreadY, height, paddedHeight); y++) {
    let source = from + <usize>(y * width + first) * bytes
    let target = to + <usize>(top + y * spreadY) * row + start
    for (let c = 0; c < channels; c += 4) {
      if (channels - c >= 4) copyBlocks(source, target, end - first, bytes, step)
      else copyParts(source, target, end - first, channels - c, bytes, step)
      source += BLOCK
      target += <usize>paddedHeight * row
    }
  }
}

/** Copies `count` blocks of four floats, `bytes` apart, to places `step` bytes apart. */
// @ts-ignore: decorator
@inline
function copyBlocks(source: usize, target: usize, count: i32, bytes: usize, step: usize): void {
  let x = 0
  for (; x + 4 <= count; x += 4) {
    v128.store(target, v128.load(source))
    v128.store(target + step, v128.load(source + bytes))
    source += bytes * 2
    target += step * 2
    v128.store(target, v128.load(source))
    v128.store(target + step, v128.load(source + bytes))
    source += bytes * 2
    target += step * 2
  }
  for (; x < count; x++) {
    v128.store(target, v128.load(source))
    source += bytes
    target += step
  }
}

function copyParts(source: usize, target: usize, count: i32, lanes: i32, bytes: usize, step: usize): void {
  for (let x = 0; x < count; x++) {
    v128.store(target, loadLanes(source, lanes))
    source += bytes
    target += step
  }
}

/**
 * Does the same as `packPlanes` for ReLU((x − mean) · factor), or for ReLU(x) if `mean` is 0. A convolution
 * after batch norm and ReLU reads this, so neither needs to be stored.
 */
export function packActivated(
  from: usize,
  to: usize,
  height: i32,
  width: i32,
  channels: i32,
  top: i32,
  left: i32,
  paddedHeight: i32,
  paddedWidth: i32,
  mean: usize,
  factor: usize,
): void {
  const row = <usize>paddedWidth * BLOCK
  const bytes = <usize>channels * F32
  const first = firstInside(left, 1)
  const end = endInside(left, 1, width, paddedWidth)
  for (let y = firstInside(top, 1); y < endInside(top, 1, height, paddedHeight); y++) {
    let source = from + <usize>(y * width + first) * bytes
    let target = to + <usize>((top + y) * paddedWidth + left + first) * BLOCK
    for (let c = 0; c < channels; c += 4) {
      const lanes = channels - c
      const offset = <usize>c * F32
      const centre = mean ? loadLanes(mean + offset, lanes) : zero()
      const scale = mean ? loadLanes(factor + offset, lanes) : f32x4.splat(1)
      if (lanes >= 4) activateBlocks(source, target, end - first, bytes, centre, scale)
      else
        for (let x = 0; x < end - first; x++)
          v128.store(target + <usize>x * BLOCK, activate(loadLanes(source + <usize>x * bytes, lanes), centre, scale))
      source += BLOCK
      target += <usize>paddedHeight * row
    }
  }
}

// @ts-ignore: decorator
@inline
function activate(x: v128, centre: v128, scale: v128): v128 {
  // pmax is one instruction, whereas max takes several because of NaN and −0.
  return f32x4.pmax(f32x4.mul(f32x4.sub(x, centre), scale), zero())
}

// @ts-ignore: decorator
@inline
function activateBlocks(source: usize, target: usize, count: i32, bytes: usize, centre: v128, scale: v128): void {
  let x = 0
  for (; x + 4 <= count; x += 4) {
    v128.store(target, activate(v128.load(source), centre, scale))
    v128.store(target, activate(v128.load(source + bytes), centre, scale), 16)
    source += bytes * 2
    v128.store(target, activate(v128.load(source), centre, scale), 32)
    v128.store(target, activate(v128.load(source + bytes), centre, scale), 48)
    source += bytes * 2
    target += BLOCK * 4
  }
  for (; x < count; x++) {
    v128.store(target, activate(v128.load(source), centre, scale))
    source += bytes
    target += BLOCK
  }
}

// @ts-ignore: decorator
@inline
function copyPosition(from: usize, to: usize, channels: i32): void {
  for (let c = 0; c < channels; c += 4) {
    const offset = <usize>c * F32
    storeLanes(to + offset, loadLanes(from + offset, channels - c), channels - c)
  }
}

/**
 * Lays out matrices B in panels of eight columns, [n/8][taps · k][8], with zeros beyond n. Consecutive taps,
 * rows and columns are `tapStep`, `down` and `right` floats apart; a negative tapStep flips a kernel.
 */
export function packPanels(b: usize, to: usize, taps: i32, k: i32, n: i32, tapStep: i32, down: i32, right: i32): void {
  for (let panel = 0; panel < n; panel += 8)
    for (let tap = 0; tap < taps; tap++)
      for (let row = 0; row < k; row++) {
        const source = b + <usize>((tap * tapStep + row * down + panel * right) << 2)
        if (right == 1 && panel + 8 <= n) {
          v128.store(to, v128.load(source))
          v128.store(to, v128.load(source, 16), 16)
          to += 32
          continue
        }
        for (let column = 0; column < 8; column++) {
          const inside = panel + column < n
          store<f32>(to, inside ? load<f32>(source + <usize>((column * right) << 2)) : 0)
          to += F32
        }
      }
}

/** Lays out a depthwise kernel [taps, channels] as [C4/4, taps, 4]; `flip` reverses the taps. */
export function packTaps(kernel: usize, to: usize, taps: i32, channels: i32, flip: bool): void {
  for (let c = 0; c < channels; c += 4)
    for (let tap = 0; tap < taps; tap++) {
      const source = kernel + <usize>((flip ? taps - 1 - tap : tap) * channels + c) * F32
      v128.store(to, loadLanes(source, channels - c))
      to += BLOCK
    }
}

/** The inverse of `packTaps`. */
export function unpackTaps(from: usize, kernel: usize, taps: i32, channels: i32): void {
  for (let c = 0; c < channels; c += 4)
    for (let tap = 0; tap < taps; tap++) {
      storeLanes(kernel + <usize>(tap * channels + c) * F32, v128.load(from), channels - c)
      from += BLOCK
    }
}
