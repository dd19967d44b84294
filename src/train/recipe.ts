/** What a training that follows a published recipe does otherwise than the configuration can say. */
export interface Recipe {
  /** By what the learning rate of a parameter is multiplied; 1 by default. */
  readonly rateOf?: (parameter: string) => number
  /** Which of several equally good evaluations counts as the best; the first by default. */
  readonly ties?: 'first' | 'last'
  /** Whether every batch has the full size; by default a last one of at least half of it stays. */
  readonly fullBatches?: boolean
}
