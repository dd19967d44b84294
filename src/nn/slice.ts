/** The indices of a parameter's axis that a cut keeps. */
export interface Slice {
  readonly axis: number
  readonly indices: readonly number[]
}
