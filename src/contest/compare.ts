import { useBackend } from '../backend/index.js'
import { InputError, Interrupted } from '../base/errors.js'
import { sha256 } from '../base/hash.js'
import { checkComparison } from '../config/check-comparison.js'
import type { ComparisonDocument } from '../config/comparison-schema.js'
import type { Locate } from '../config/validator.js'
import type { PreparedData } from '../data/types.js'
import { extensionsIn, setupTrial, type Extensions } from '../setup/setup-trial.js'
import { requireMemory } from '../setup/trial-memory.js'
import { baselineKey } from '../trial/baseline.js'
import type { Baseline } from '../trial/figures.js'
import type { Trial } from '../trial/types.js'
import { plannedTrials, type PlannedTrial } from './planned.js'
import { secondsLeft } from './remaining.js'
import { rivals, searched } from './rivals.js'
import { memoryStore, type TrialStore } from './store.js'
import { summarise, type ComparisonSummary } from './summary.js'
import { byPlace, placeText, type Place, type TrialRow, type TrialRows } from './types.js'

/** How far a comparison is. */
export interface ComparisonProgress {
  /** The trial that has just ended; null before the first. */
  readonly row: TrialRow | null
  /** Trials that are over, those of earlier calls among them, and all. */
  readonly done: number
  readonly of: number
  /** Seconds that the others may take; null where nothing was timed yet. */
  readonly secondsLeft: number | null
}

export interface CompareOptions extends Extensions {
  /** The document (docs/compare.md), as an object. */
  readonly comparison: object
  /** What paths in the document are relative to; the working folder by default. */
  readonly folder?: string
  /** Where trials are kept: those that are there are not run again. In memory by default. */
  readonly store?: TrialStore
  readonly onProgress?: (progress: ComparisonProgress) => void
  /** Ends it: the trial at hand is lost, and the call throws Interrupted. */
  readonly signal?: AbortSignal
  /** Says where values stand in the file that the document is from. */
  readonly locate?: Locate
}

/** What a comparison came to. */
export interface Comparison {
  /** The document with its defaults. */
  readonly comparison: ComparisonDocument
  /** One a trial, by set, size, method and seed. */
  readonly rows: readonly TrialRow[]
  readonly summary: ComparisonSummary
}

/**
 * Runs methods on data sets with seeds, each trial that the store does not have, and says what they come to. All methods of a
 * set, size and seed have the same rows and, where they retrain alike, the same unpruned supernet, which is trained once.
 * A trial that fails is a row that says why. Throws an InputError, before anything runs, where the document is wrong.
 */
export async function compare({
  comparison: given,
  folder = '.',
  store = memoryStore(),
  onProgress,
  signal,
  locate,
  ...own
}: CompareOptions): Promise<Comparison> {
  const comparison = checkComparison(given, locate)
  const extensions = extensionsIn(own)
  const planned = plannedTrials(comparison, { folder, locate, planners: extensions.planners })
  const done = new Map((await store.done()).map((row) => [row.key, row]))
  const pending = planned.filter(({ key }) => !done.has(key))
  requireSameRows(rowsOf(planned, done))
  const setUp = setUpIn(folder, extensions)
  await setUpFirst(pending, setUp)
  const baselines = new Map<string, Baseline>()
  const tell = (row: TrialRow | null) => {
    const left = planned.filter(({ key }) => !done.has(key))
    const rows = rowsOf(planned, done)
    onProgress?.({ row, done: rows.length, of: planned.length, secondsLeft: secondsLeft(left, rows) })
  }
  tell(null)
  let last: Place | undefined
  for (const each of pending) {
    // Two methods may be the same by other names.
    if (done.has(each.key)) continue
    if (signal?.aborted) throw new Interrupted('interrupted between two trials')
    // What another set or seed has trained is of no use here.
    if (!last || !onSameRows(each, last)) baselines.clear()
    last = each
    const row = await runPlanned(each, setUp, baselines, signal)
    requireSameRows([...rowsOf(planned, done), row])
    await store.save(row)
    done.set(each.key, row)
    tell(row)
  }
  const rows = rowsOf(planned, done).sort(byPlace)
  return { comparison, rows, summary: summarise(comparison, rows) }
}

type SetUp = (planned: PlannedTrial) => Promise<Trial>

const setUpIn =
  (folder: string, extensions: Extensions): SetUp =>
  async ({ config }) => {
    await useBackend(config.backend, { relaxed: config.relaxedSimd })
    const trial = await setupTrial(config, folder, extensions)
    if (trial.data.splits.test.length === 0)
      throw new InputError('config.split.test: expected rows to compare by, got none')
    requireMemory(trial)
    return trial
  }

/** Sets a trial of each set, size and method up, so that what is wrong is told before anything runs. */
async function setUpFirst(pending: readonly PlannedTrial[], setUp: SetUp): Promise<void> {
  const seen = new Set<string>()
  for (const each of pending) {
    const { set, size, method } = each
    const kind = JSON.stringify([set, size, method])
    if (seen.has(kind)) continue
    seen.add(kind)
    try {
      await setUp(each)
    } catch (error) {
      if (error instanceof InputError) throw new InputError(`${error.message} (${placeText(each)})`)
      throw error
    }
  }
}

/** Rows are named as the comparison at hand names its trials: a method may have another name by now. */
const rowsOf = (planned: readonly PlannedTrial[], done: ReadonlyMap<string, TrialRow>): TrialRow[] =>
  planned.flatMap(({ key, set, size, method, seed }) => {
    const row = done.get(key)
    return row ? [{ ...row, set, size, method, seed }] : []
  })

const onSameRows = (a: Place, b: Place): boolean => a.set === b.set && a.size === b.size && a.seed === b.seed

/** Runs a trial. Whatever goes wrong with it is in its row, but for an interrupt and what the system refuses. */
async function runPlanned(
  planned: PlannedTrial,
  setUp: SetUp,
  baselines: Map<string, Baseline>,
  signal: AbortSignal | undefined,
): Promise<TrialRow> {
  const { key, set, size, method, seed, rival } = planned
  const place = { key, set, size, method, seed }
  let rows: TrialRows | null = null
  try {
    const trial = await setUp(planned)
    rows = rowsIn(trial.data)
    // What stages leave has another unpruned supernet.
    const shared = trial.stages ? undefined : baselines.get(baselineKey(trial))
    const run = rival ? rivals[rival] : searched
    const hooks = {
      emit: () => undefined,
      ...(signal && { signal }),
      ...(shared && { baseline: shared }),
    }
    const { figures, seconds, baseline } = await run(trial, hooks)
    if (baseline) baselines.set(baseline.of, baseline)
    return { ...place, figures, rows, seconds, failed: null }
  } catch (error) {
    if (error instanceof Interrupted || (error instanceof Error && 'syscall' in error)) throw error
    const failed = error instanceof Error ? error.message : String(error)
    return { ...place, figures: null, rows, seconds: null, failed: failed.replaceAll('\n', '; ') }
  }
}

function rowsIn({ dataset, splits: { train, arch, validation, test } }: PreparedData): TrialRows {
  const parts = [train, arch, validation, test].map((part) => part.join())
  return {
    hash: sha256(dataset.hash, parts.join(';')),
    learnt: new Set([...train, ...arch]).size,
    tested: test.length,
  }
}

/** Methods that learnt from other rows cannot be compared: the data changed since. */
function requireSameRows(rows: readonly TrialRow[]): void {
  const known = new Map<string, TrialRow>()
  for (const row of rows) {
    if (!row.rows) continue
    const kind = JSON.stringify([row.set, row.size, row.seed])
    const first = known.get(kind) ?? row
    known.set(kind, first)
    if (first.rows!.hash !== row.rows.hash)
      throw new InputError(
        `${placeText(row)}: expected the rows of method ${first.method}, got others: the data changed since; compare in another folder`,
      )
  }
}
