import { Interrupted } from '../base/errors.js'
import type { TrialExecutor } from './executor.js'
import { runPlanned, type Shared } from './run-trial.js'
import type { SetUp } from './set-up.js'

/** Runs trials in this process. */
export const localExecutor = (setUp: SetUp): TrialExecutor => ({
  async *run(group, signal) {
    const shared: Shared = { baselines: new Map(), schedules: new Map() }
    for (const planned of group) {
      if (signal?.aborted) throw new Interrupted('interrupted between two trials')
      yield await runPlanned(planned, setUp, shared, signal && { signal })
    }
  },
  dispose: () => undefined,
})
