/** What a worker counts. */
export interface WorkerCounts {
  /** A trial ended with a row, after so many seconds here; `failed` if the row says so. */
  readonly ended: (seconds: number, failed: boolean) => void
  /** A try of a planner ended. */
  readonly tried: () => void
  /** A trial did not come to a row here: its process died, or its machine failed it. */
  readonly broken: () => void
  /** This worker found a trial that gave no sign of life. */
  readonly stalled: () => void
  /** Ends the server. */
  readonly close: () => void
}

/** Counts nothing. */
export const noCounts: WorkerCounts = {
  ended: () => undefined,
  tried: () => undefined,
  broken: () => undefined,
  stalled: () => undefined,
  close: () => undefined,
}
