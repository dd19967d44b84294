/** One window of a series. */
export interface SeriesWindow {
  /** window × features values, step by step. */
  readonly input: Float64Array
  /** The time step of the target. */
  readonly at: number
  /** The time steps that the window and its target cover, [from, to). */
  readonly span: readonly [number, number]
}

export interface SeriesWindowOptions {
  /** steps × features values. */
  readonly steps: Float64Array
  readonly features: number
  readonly window: number
  /** The number of time steps from the last one of the window to the target. */
  readonly horizon: number
  /** One key per time step: a window never covers two keys. */
  readonly groups?: readonly (string | number)[] | undefined
  /** The number of the stretch without a gap in which each time step lies, ascending: no window covers two. */
  readonly stretches?: readonly number[] | undefined
}

/**
 * All windows of a series, one for each step at which it can begin. Steps with equal keys must be adjacent.
 */
export function cutWindows({
  steps,
  features,
  window,
  horizon,
  groups,
  stretches,
}: SeriesWindowOptions): SeriesWindow[] {
  const length = steps.length / features
  const windows: SeriesWindow[] = []
  for (let from = 0; from + window + horizon <= length; from++) {
    const at = from + window - 1 + horizon
    if (groups !== undefined && groups[from] !== groups[at]) continue
    if (stretches !== undefined && stretches[from] !== stretches[at]) continue
    const input = steps.subarray(from * features, (from + window) * features)
    windows.push({ input, at, span: [from, at + 1] })
  }
  return windows
}
