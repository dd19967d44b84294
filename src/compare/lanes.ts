import type { TrialExecutor } from './executor.js'
import type { PlannedTrial } from './planned.js'
import { onSameRows, type TrialRow } from './types.js'

/** Trials that follow each other on the same rows, which can share a baseline, as one group. */
export function groupsOf(trials: readonly PlannedTrial[]): PlannedTrial[][] {
  const groups: PlannedTrial[][] = []
  for (const each of trials) {
    const last = groups.at(-1)
    if (last && onSameRows(last[0]!, each)) last.push(each)
    else groups.push([each])
  }
  return groups
}

/**
 * Runs groups of trials on executors, each of which takes the next group as soon as it is free, and calls
 * `keep` with every row, one after the other. The first error stops all of them and is thrown.
 */
export async function runInLanes(
  groups: readonly (readonly PlannedTrial[])[],
  executors: readonly TrialExecutor[],
  keep: (row: TrialRow) => Promise<void>,
  signal?: AbortSignal,
): Promise<void> {
  const stopping = new AbortController()
  const stop = () => stopping.abort()
  if (signal?.aborted) stop()
  signal?.addEventListener('abort', stop)
  const queue = groups.values()
  let kept: Promise<void> = Promise.resolve()
  const lane = async (executor: TrialExecutor): Promise<void> => {
    for (const group of queue)
      for await (const row of executor.run(group, stopping.signal)) await (kept = kept.then(() => keep(row)))
  }
  const errors: unknown[] = []
  await Promise.all(
    executors.map((executor) =>
      lane(executor).catch((error: unknown) => {
        errors.push(error)
        stop()
      }),
    ),
  )
  signal?.removeEventListener('abort', stop)
  if (errors.length > 0) throw errors[0]
}
