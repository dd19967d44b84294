import { useBackend } from '../backend/index.js'
import { InputError, Interrupted } from '../base/errors.js'
import { sha256 } from '../base/hash.js'
import { checkComparison } from '../config/check-comparison.js'
import type { ComparisonDocument, RivalName } from '../config/comparison-schema.js'
import type { Locate } from '../config/validator.js'
import type { PreparedData } from '../data/types.js'
import { extensionsIn, setupTrial, type Extensions } from '../setup/setup-trial.js'
import { requireMemory } from '../setup/trial-memory.js'
import { baselineKey } from '../trial/baseline.js'
import type { Baseline } from '../trial/figures.js'
import type { Trial } from '../trial/types.js'
import { plannedTrials, type PlannedTrial } from './planned.js'
import { secondsLeft } from './remaining.js'
import { rivals } from './rivals/index.js'
import { searched } from './rivals/searched.js'
import { withRivals } from './with-rivals.js'
import { memoryStore, type TrialStore } from './store.js'
import { summarise, type ComparisonSummary } from './summary.js'
import { byPlace, placeText, type Place, type TrialRow, type TrialRows } from './types.js'

/** The progress of a comparison. */
export interface ComparisonProgress {
  /** The trial that has just ended; null before the first one. */
  readonly row: TrialRow | null
  /** The number of trials that have ended, including those of earlier calls, and the number of all trials. */
  readonly done: number
  readonly of: number
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
  readonly onProgress?: (progress: ComparisonProgress) => void
  /** Aborts the comparison: the current trial is lost, and the call throws Interrupted. */
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
  onProgress,
  signal,
  locate,
  ...own
}: CompareOptions): Promise<Comparison> {
  const extensions = extensionsIn(own)
  const comparison = await withRivals(checkComparison(given, locate), { folder, locate, ...extensions })
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
    // Two names may stand for the same method, so that its trial is already done.
    if (done.has(each.key)) continue
    if (signal?.aborted) throw new Interrupted('interrupted between two trials')
    // Baselines of another set, size or seed cannot be reused.
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
  async ({ config, rival }) => {
    await useBackend(config.backend, { relaxed: config.relaxedSimd })
    const trial = await setupTrial(config, folder, extensions)
    if (trial.data.splits.test.length === 0)
      throw new InputError('config.split.test: expected rows to compare by, got none')
    requireMemory(trial)
    if (rival) requireSuited(rival, trial)
    return trial
  }

/** Throws if a rival does not suit the data of a trial, or what the document asks of it. */
function requireSuited(name: RivalName, trial: Trial): void {
  const { refuses, check } = rivals[name]
  const reason = refuses?.(trial.data.dataset)
  if (reason !== undefined) throw new InputError(`${name}: ${reason}`)
  check?.(trial)
}

/** Sets up one trial of each set, size and method, so that errors are reported before any trial runs. */
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

/**
 * The rows of the trials that are done, under the names of this comparison: a method may have been renamed
 * since.
 */
const rowsOf = (planned: readonly PlannedTrial[], done: ReadonlyMap<string, TrialRow>): TrialRow[] =>
  planned.flatMap(({ key, set, size, method, seed }) => {
    const row = done.get(key)
    return row ? [{ ...row, set, size, method, seed }] : []
  })

const onSameRows = (a: Place, b: Place): boolean => a.set === b.set && a.size === b.size && a.seed === b.seed

/**
 * Runs one trial. Errors become a row that records the failure, except an interrupt and errors of the
 * operating system.
 */
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
    // A search in stages leaves a supernet whose unpruned baseline differs from that of the others.
    const shared = trial.stages ? undefined : baselines.get(baselineKey(trial))
    const run = rival ? rivals[rival].run : searched
    const hooks = {
      emit: () => undefined,
      ...(signal && { signal }),
      ...(shared && { baseline: shared }),
    }
    const { figures, seconds, baseline } = await run(trial, hooks, {
      factors: planned.factors,
      setUp: (config) => setUp({ ...planned, config }),
    })
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

/**
 * Throws if rows of one set, size and seed come from different data: the data changed between the trials, so
 * that they cannot be compared.
 */
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
