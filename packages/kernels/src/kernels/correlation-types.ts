/**
 * A kernel [taps, channels, outputs] in memory: its address, and the distances between its elements, in
 * floats.
 */
export interface KernelLayout {
  readonly at: number
  readonly tapStep: number
  readonly channelStep: number
  readonly outputStep: number
}

/** A correlation that turns images of `channels` into images of `outputs` channels. */
export interface Correlation {
  readonly channels: number
  readonly outputs: number
  readonly kernel: KernelLayout
}

/** Slides over images that lie one after another at `from`, and writes the results at `to`. */
export type Slide = (from: number, to: number, images: number) => void

/** Sums the gradient of a kernel [h, w, C, D] over images. */
export interface FilterSum {
  /** Adds the gradient of images that lie one after another: x [H, W, C] and dy [H', W', D] each. */
  add(x: number, dy: number, images: number): void
  /** Writes the sum at an address. */
  close(to: number): void
}
