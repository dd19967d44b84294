import { InputError } from '../base/errors.js'
import { checkComparison } from '../config/check-comparison.js'
import type { ComparisonDocument } from '../config/comparison-schema.js'
import type { Locate } from '../config/validator.js'
import { namingPlugins } from '../setup/plugins/needs.js'
import { extensionsIn, type Extensions } from '../setup/setup-trial.js'
import type { TrialExecutor } from './executor.js'
import { groupsOf, runInLanes } from './lanes.js'
import { ledgerOf } from './ledger.js'
import { plannedTrials } from './planned.js'
import { setUpFirst, setUpIn } from './set-up.js'
import { withRivals } from './with-rivals.js'
import { memoryStore, type TrialStore } from './store.js'
import { summarise, type ComparisonSummary } from './summary.js'
import { byPlace, type TrialRow } from './types.js'
import { checkWorkers, executorsFor } from './workers.js'

/** The progress of a comparison. */
export interface ComparisonProgress {
  /** The trial that has just ended; null before the first one. */
  readonly row: TrialRow | null
  /** The number of trials that have ended, including those of earlier calls, and the number of all trials. */
  readonly done: number
  readonly of: number
  /**
   * How many trials of the store do not count, because none of this comparison is like them: those of a
   * method, set, size or seed that is no longer in the document, of other data, or of an earlier version.
   */
  readonly others: number
  /** Estimated seconds for the remaining trials; null if none was timed yet. */
  readonly secondsLeft: number | null
}

export interface CompareOptions extends Extensions {
  /** The document of the comparison (docs/compare.md), as an object. */
  readonly comparison: object
  /** The folder to which paths in the document are relative; the working folder by default. */
  readonly folder?: string
  /** Where trials are kept; trials that it already has are not run again. In memory by default. */
  readonly store?: TrialStore
  /**
   * How many trials run at a time, each in a process of its own if there are several; half of the cores by
   * default. The rows are the same, bit for bit.
   */
  readonly workers?: number
  /**
   * Runs all trials in place of this process or workers, for example behind a queue. It is disposed of at the
   * end.
   */
  readonly executor?: TrialExecutor
  readonly onProgress?: (progress: ComparisonProgress) => void
  /** Aborts the comparison: the trials at hand are lost, and the call throws Interrupted. */
  readonly signal?: AbortSignal
  /** Gives the place of a value in the file from which the document was read. */
  readonly locate?: Locate
}

/** The result of a comparison. */
export interface Comparison {
  /** The document with its defaults filled in. */
  readonly comparison: ComparisonDocument
  /** One row per trial, ordered by set, size, method and seed. */
  readonly rows: readonly TrialRow[]
  readonly summary: ComparisonSummary
}

/**
 * Runs methods on data sets with several seeds and summarises the results. Trials that the store has are not
 * run again. All methods of one set, size and seed get the same rows and, if they retrain alike, the same
 * unpruned supernet, which is trained once. A trial that fails becomes a row with the reason. Throws an
 * InputError before any trial runs if the document is wrong.
 */
export async function compare({
  comparison: given,
  folder = '.',
  store = memoryStore(),
  workers,
  executor,
  onProgress,
  signal,
  locate,
  ...ownParts
}: CompareOptions): Promise<Comparison> {
  const extensions = extensionsIn(ownParts)
  checkWorkers(workers, extensions)
  const document = namingPlugins(checkComparison(given, locate), ownParts.plugins, 'comparison.plugins')
  const comparison = await withRivals(document, { folder, locate, ...extensions })
  const planned = await plannedTrials(comparison, { folder, locate, ...extensions })
  const ledger = ledgerOf(planned, await store.done())
  const pending = ledger.pending()
  if (executor && ownParts.plugins)
    throw new InputError(
      'executor: expected none with plugins, which machines behind a queue do not load, got one; compare with workers of this machine',
    )
  if (executor && Object.keys(extensions).length > 0)
    throw new InputError(
      `executor: expected none with ${Object.keys(extensions).join(', ')} of your own, which only this process has, got one`,
    )
  const groups = executor && pending.length > 0 ? [pending] : groupsOf(pending)
  const stepBytes = await setUpFirst(pending, setUpIn(folder, extensions))
  const executors = executor ? [executor] : executorsFor({ workers, folder, extensions, groups, stepBytes })
  const tell = (row: TrialRow | null) => {
    const atATime = executors.reduce((sum, each) => sum + (each.atATime?.() ?? 1), 0)
    const seconds = ledger.secondsLeft(atATime)
    onProgress?.({
      row,
      done: ledger.rows.length,
      of: planned.length,
      others: ledger.others,
      secondsLeft: seconds,
    })
  }
  const keep = async (row: TrialRow) => {
    ledger.check(row)
    await store.save(row)
    ledger.add(row)
    tell(row)
  }
  try {
    tell(null)
    await runInLanes(groups, executors, keep, signal)
  } finally {
    for (const executor of executors) executor.dispose()
  }
  const rows = [...ledger.rows].sort(byPlace)
  return { comparison, rows, summary: summarise(comparison, rows) }
}
