import { BLOCK, F32, loadLanes, storeLanes } from './lanes'

/**
 * Copies one image [height, width, channels] into the scratch image [paddedHeight, paddedWidth,
 * paddedChannels] of zeros: position (y, x) goes to (top + y·spread, left + x·spread), and what falls
 * outside is left out. So the kernels behind it meet neither borders nor odd channel counts, and a stride
 * upstream becomes zeros between positions.
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

/** The first position that lands inside, and the one behind the last. */
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
 * Does an image leave no border? Sizes alone do not tell: a stride can leave out as much at one end as the
 * border adds at the other.
 */
// @ts-ignore: decorator
@inline
function fills(height: i32, width: i32, top: i32, left: i32, paddedHeight: i32, paddedWidth: i32): bool {
  return top == 0 && left == 0 && height == paddedHeight && width == paddedWidth
}

/**
 * Copies one image [height, width, channels] into scratch planes of four channels each, [C4/4, paddedHeight,
 * paddedWidth, 4], otherwise as `packImage` does: there, neighbouring positions lie 16 bytes apart, which
 * the kernels that work channel by channel write as constants.
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
  fill: f32,
): void {
  const plane = <usize>(paddedHeight * paddedWidth) * BLOCK
  const value = f32x4.splat(fill)
  const bytes = <usize>channels * F32
  const step = <usize>spreadX * BLOCK
  const first = firstInside(left, spreadX)
  const end = endInside(left, spreadX, width, paddedWidth)
  const filled = spreadY == 1 && spreadX == 1 && fills(height, width, top, left, paddedHeight, paddedWidth)
  for (let c = 0; c < channels; c += 4) {
    if (!filled)
      for (let at: usize = 0; at < plane; at += BLOCK) v128.store(to + at, value)
    const lanes = channels - c
    for (let y = 0; y < height; y++) {
      const row = top + y * spreadY
      if (row < 0 || row >= paddedHeight) continue
      let source = from + <usize>(y * width + first) * bytes + <usize>c * F32
      let target = to + <usize>(row * paddedWidth + left + first * spreadX) * BLOCK
      if (lanes >= 4)
        for (let x = first; x < end; x++) {
          v128.store(target, v128.load(source))
          source += bytes
          target += step
        }
      else
        for (let x = first; x < end; x++) {
          v128.store(target, loadLanes(source, lanes))
          source += bytes
          target += step
        }
    }
    to += plane
  }
}

/**
 * `packPlanes` of ReLU((x − mean) · factor), or of ReLU(x) where `mean` is 0: what a convolution behind
 * batch norm and ReLU reads, without either being written down. The border is 0.
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
  const plane = <usize>(paddedHeight * paddedWidth) * BLOCK
  const none = f32x4.splat(0)
  const bytes = <usize>channels * F32
  const first = firstInside(left, 1)
  const end = endInside(left, 1, width, paddedWidth)
  const filled = fills(height, width, top, left, paddedHeight, paddedWidth)
  for (let c = 0; c < channels; c += 4) {
    if (!filled)
      for (let at: usize = 0; at < plane; at += BLOCK) v128.store(to + at, none)
    const lanes = channels - c
    const offset = <usize>c * F32
    const centre = mean ? loadLanes(mean + offset, lanes) : none
    const scale = mean ? loadLanes(factor + offset, lanes) : f32x4.splat(1)
    for (let y = 0; y < height; y++) {
      const row = top + y
      if (row < 0 || row >= paddedHeight) continue
      let source = from + <usize>(y * width + first) * bytes + offset
      let target = to + <usize>(row * paddedWidth + left + first) * BLOCK
      for (let x = first; x < end; x++) {
        const value = f32x4.mul(f32x4.sub(loadLanes(source, lanes), centre), scale)
        v128.store(target, f32x4.max(value, none))
        source += bytes
        target += BLOCK
      }
    }
    to += plane
  }
}

/** Copies what lies inside the border of scratch planes back to [height, width, channels]. */
export function unpackPlanes(
  from: usize,
  to: usize,
  height: i32,
  width: i32,
  channels: i32,
  top: i32,
  left: i32,
  paddedHeight: i32,
  paddedWidth: i32,
): void {
  const plane = <usize>(paddedHeight * paddedWidth) * BLOCK
  const bytes = <usize>channels * F32
  for (let c = 0; c < channels; c += 4) {
    const lanes = channels - c
    for (let y = 0; y < height; y++) {
      let source = from + <usize>((top + y) * paddedWidth + left) * BLOCK
      let target = to + <usize>(y * width) * bytes + <usize>c * F32
      for (let x = 0; x < width; x++) {
        storeLanes(target, v128.load(source), lanes)
        source += BLOCK
        target += bytes
      }
    }
    from += plane
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
 * Lays matrices B out in panels of eight columns, [n/8][taps · k][8], zero beyond n. Element (tap, row,
 * column) is read `tapStep`, `down` and `right` floats from the last; a negative tapStep turns a kernel round.
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

/** Lays a depthwise kernel [taps, channels] out as [C4/4, taps, 4], turned round where `flip`. */
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
