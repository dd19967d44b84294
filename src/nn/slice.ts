/** Which indices of a parameter's axis survive a cut. */
export interface Slice {
  readonly axis: number
  readonly indices: readonly number[]
}
