/** A labelled example: steps × channels values, step by step, and its class or value. */
export interface Example {
  readonly values: readonly number[]
  readonly target: number
}

/** Examples to learn from and others to be judged on. */
export interface LabelledSet {
  readonly task: 'classification' | 'regression'
  readonly steps: number
  readonly channels: number
  readonly train: readonly Example[]
  readonly test: readonly Example[]
}
