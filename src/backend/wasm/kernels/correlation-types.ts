/** A kernel [taps, channels, outputs] in memory: its address, and how many floats apart its elements lie. */
export interface KernelLayout {
  readonly at: number
  readonly tapStep: number
  readonly channelStep: number
  readonly outputStep: number
}

/** What slides over images of `channels` and makes such of `outputs`. */
export interface Correlation {
  readonly channels: number
  readonly outputs: number
  readonly kernel: KernelLayout
}

/** Slides over so many images, one behind the other, at an address; writes theirs at another. */
export type Slide = (from: number, to: number, images: number) => void

/** Sums the gradient of a kernel [h, w, C, D] over images. */
export interface FilterSum {
  /** Adds that of so many images, one behind the other, x [H, W, C] and dy [H', W', D] each. */
  add(x: number, dy: number, images: number): void
  /** Writes the sum at an address. */
  close(to: number): void
}
