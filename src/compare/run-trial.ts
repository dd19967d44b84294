import { Interrupted } from '../base/errors.js'
import { sha256 } from '../base/hash.js'
import type { PreparedData } from '../data/types.js'
import { baselineKey } from '../trial/baseline.js'
import type { Baseline } from '../trial/figures.js'
import type { Schedule } from '../schedule/types.js'
import { searchSupernet } from '../trial/search-stage.js'
import type { TrialHooks } from '../trial/types.js'
import type { PlannedTrial } from './planned.js'
import { rivals } from './rivals/index.js'
import { searched } from './rivals/searched.js'
import { keptIn } from './kept.js'
import type { SetUp } from './set-up.js'
import { stabilityOf } from './stability.js'
import type { TrialRow, TrialRows } from './types.js'

/** What the trials of one set, size and seed can use of each other. */
export interface Shared {
  /** Unpruned supernets, by `baselineKey`. */
  readonly baselines: Map<string, Baseline>
  /** The λ that searches used, by the key of their trial. */
  readonly schedules: Map<string, Schedule>
}

/**
 * What may be watched of a trial. Its search saves checkpoints and continues from one; rivals begin anew.
 * Tries are those of a planner that tries whole searches.
 */
export type PlannedHooks = Partial<Pick<TrialHooks, 'signal' | 'emit' | 'save' | 'checkpoint' | 'tries'>>

/**
 * Runs one trial. Errors become a row that records the failure, except an interrupt and errors of the
 * operating system.
 */
export async function runPlanned(
  planned: PlannedTrial,
  setUp: SetUp,
  { baselines, schedules }: Shared,
  { signal, emit = () => undefined, ...saving }: PlannedHooks = {},
): Promise<TrialRow> {
  const { key, set, size, method, seed, rival } = planned
  const place = { key, set, size, method, seed }
  let rows: TrialRows | null = null
  try {
    const trial = await setUp(planned, await usedSchedule(planned, setUp, schedules, signal))
    rows = rowsIn(trial.data)
    // A search in stages leaves a supernet whose unpruned baseline differs from that of the others.
    const shared = trial.stages ? undefined : baselines.get(baselineKey(trial))
    const run = rival ? rivals[rival].run : searched
    const hooks = {
      emit,
      signal,
      baseline: shared,
      // A rival may search several times, each from the beginning.
      ...(!rival && saving),
    }
    const { figures, seconds, baseline, trained, architecture, schedule, latency } = await run(trial, hooks, {
      factors: planned.factors,
      setUp: (config) => setUp({ config }),
    })
    if (schedule) schedules.set(key, schedule)
    if (baseline) baselines.set(baseline.of, baseline)
    return {
      ...place,
      figures,
      ...(trained && { stability: stabilityOf(trial, trained) }),
      ...(architecture && { kept: keptIn(trial.supernet, architecture) }),
      rows,
      seconds: {
        ...seconds,
        ...(latency !== undefined && { predict: latency }),
        ...(shared && baseline === shared && { shared: true as const }),
      },
      failed: null,
    }
  } catch (error) {
    if (error instanceof Interrupted || (error instanceof Error && 'syscall' in error)) throw error
    const failed = error instanceof Error ? error.message : String(error)
    return { ...place, figures: null, rows, seconds: null, failed: failed.replaceAll('\n', '; ') }
  }
}

/**
 * The λ that the whole schedule of an ablation used, if a planner finds them while it searches: those of its
 * trial or, if that is over since another call, of the same search again.
 */
async function usedSchedule(
  { config, ablation }: PlannedTrial,
  setUp: SetUp,
  schedules: Map<string, Schedule>,
  signal: AbortSignal | undefined,
): Promise<Schedule | undefined> {
  if (!ablation) return undefined
  const trial = await setUp({ config })
  if (!trial.planner) return undefined
  const known = schedules.get(ablation.of)
  if (known) return known
  const { schedule } = await searchSupernet(trial, { emit: () => undefined, signal })
  schedules.set(ablation.of, schedule)
  return schedule
}

/** Which rows a trial uses: their numbers, and a hash of them. */
export function rowsIn({ dataset, splits: { train, arch, validation, test } }: PreparedData): TrialRows {
  const parts = [train, arch, validation, test].map((part) => part.join())
  return {
    hash: sha256(dataset.hash, parts.join(';')),
    learnt: new Set([...train, ...arch]).size,
    tested: test.length,
  }
}
