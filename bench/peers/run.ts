/**
 * What other libraries reach on the rows of a comparison, beside its own results: networks, boosting and forests
 * on tables, random convolutions, quantiles and boosting on series, residual networks on images, each tuned by the
 * validation rows. Which of them run depends on the packages that the python has; those that are missing are named.
 *
 *     npm run build && node dist/bench/peers/run.js FOLDER [--document FILE] [--python python3] [--keep ROWS]
 *         [--peers 'scikit-learn mlp,aeon MiniRocket']
 *
 * FOLDER is that of a comparison that has run. Paths in its document are relative to FILE's folder, by
 * default to the present one. `--keep` leaves the rows and predictions in a folder. Peers are Python:
 * comparison.py.
 */
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { packagePath } from '../../src/base/files.js'
import { textTable } from '../../src/cli/table.js'
import { checkComparison } from '../../src/config/check-comparison.js'
import { fileStore } from '../../src/compare/file-store.js'
import { plannedTrials, type PlannedTrial } from '../../src/compare/planned.js'
import { rowsIn } from '../../src/compare/run-trial.js'
import { setUpIn } from '../../src/compare/set-up.js'
import { deviation, mean } from '../../src/compare/statistics.js'
import { errorIn } from '../../src/compare/test-error.js'
import { onSameRows, placeText, type TrialRow } from '../../src/compare/types.js'
import { withRivals } from '../../src/compare/with-rivals.js'
import { extensionsIn } from '../../src/setup/setup-trial.js'
import type { Trial } from '../../src/trial/types.js'
import { errorOfFile, writtenJob } from './jobs.js'

interface Found {
  readonly peer: string
  readonly file?: string
  readonly seconds?: number
  readonly skipped?: string
}

/** The result of a method or a peer in one trial. */
interface Result {
  readonly place: Pick<PlannedTrial, 'set' | 'size'>
  readonly method: string
  readonly error: number
  readonly parameters?: number
}

const { values: given, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    document: { type: 'string' },
    python: { type: 'string', default: 'python3' },
    keep: { type: 'string' },
    peers: { type: 'string' },
  },
})
const [folder] = positionals
if (folder === undefined) throw new Error('expected the folder of a comparison, got nothing')

const where = {
  folder: given.document === undefined ? '.' : dirname(resolve(given.document)),
  ...extensionsIn({}),
}
const document = checkComparison(JSON.parse(readFileSync(join(folder, 'comparison.json'), 'utf8')) as object)
const planned = await plannedTrials(await withRivals(document, where), where)
const done = new Map((await fileStore(join(folder, 'trials.jsonl')).done()).map((row) => [row.key, row]))
/** One trial of each set, size and seed that has a result: they all have the same rows. */
const first = planned.filter(
  (each, i) => done.has(each.key) && planned.findIndex((other) => onSameRows(other, each)) === i,
)
if (first.length === 0) throw new Error(`${folder}: expected trials, got none that its document has`)

/** Sets a trial up. Throws if its rows are not those on which the comparison ran. */
async function trialOf(each: PlannedTrial): Promise<Trial> {
  const trial = await setUpIn(where.folder, where)({ config: each.config })
  const { rows } = done.get(each.key)!
  if (rows && rows.hash !== rowsIn(trial.data).hash)
    throw new Error(`${placeText(each)}: expected the rows of ${folder}, got others; the data changed since`)
  return trial
}

/** The FLOPs of the network of the method that the comparison is about, by default its first, on the rows of a trial. */
function flopsOn(each: PlannedTrial): number | null {
  const method = document.preregistered?.method ?? Object.keys(document.methods)[0]
  const trial = planned.find((other) => other.method === method && onSameRows(other, each))
  return (trial && done.get(trial.key)?.figures?.flops) ?? null
}

/** What the peers predict for the rows of a trial. */
function foundFor(trial: Trial, rows: string, name: string, flops: number | null): readonly Found[] {
  const { status, stdout, error } = spawnSync(given.python, [packagePath('bench/peers/comparison.py')], {
    input: `${writtenJob(trial, { folder: rows, name, flops, peers: given.peers?.split(',') })}\n`,
    encoding: 'utf8',
    env: { ...process.env, OMP_NUM_THREADS: '1' },
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  if (error) return [{ peer: 'all', skipped: `${given.python} does not start: ${error.message}` }]
  if (status !== 0) return [{ peer: 'all', skipped: `${given.python} ended with ${status}` }]
  return JSON.parse(stdout) as Found[]
}

const resultOf = ({ set, size, method, figures }: TrialRow, error: number): Result => ({
  place: { set, size },
  method,
  error,
  ...(figures && { parameters: figures.parameters }),
})

const own = planned.flatMap(({ key, set, size, method, seed }) => {
  const row = done.get(key)
  const error = row ? errorIn(row) : null
  return row && error !== null ? [resultOf({ ...row, set, size, method, seed }, error)] : []
})
if (given.keep !== undefined) mkdirSync(given.keep, { recursive: true })
const rows = given.keep ?? mkdtempSync(join(tmpdir(), 'sentei-peers-'))
const theirs: (Result & { readonly seed: number; readonly seconds: number })[] = []
const skipped = new Set<string>()
try {
  for (const [i, each] of first.entries()) {
    const trial = await trialOf(each)
    for (const { peer, file, seconds = 0, skipped: reason } of foundFor(
      trial,
      rows,
      `rows-${i}`,
      flopsOn(each),
    )) {
      const { set, size, seed } = each
      if (reason !== undefined) skipped.add(`${peer}: ${reason}`)
      else
        theirs.push({ place: { set, size }, method: peer, error: errorOfFile(trial, file!), seed, seconds })
    }
    console.error(`${i + 1} of ${first.length}: ${placeText({ ...each, method: 'peers' })}`)
  }
  if (given.keep !== undefined)
    writeFileSync(join(rows, 'peers.json'), `${JSON.stringify(theirs, undefined, 1)}\n`)
} finally {
  if (given.keep === undefined) rmSync(rows, { recursive: true })
}

for (const { set, size } of first.filter(
  (each, i) => first.findIndex((o) => o.set === each.set && o.size === each.size) === i,
)) {
  const here = [...own, ...theirs].filter(({ place }) => place.set === set && place.size === size)
  const lines = [...new Set(here.map(({ method }) => method))].map((method) => {
    const each = here.filter((result) => result.method === method)
    const errors = each.map(({ error }) => error)
    const std = errors.length > 1 ? ` ± ${deviation(errors).toPrecision(2)}` : ''
    const parameters = each.flatMap((result) => result.parameters ?? [])
    return [
      method,
      String(errors.length),
      `${mean(errors).toPrecision(4)}${std}`,
      parameters.length > 0 ? Math.round(mean(parameters)).toLocaleString('en') : '–',
    ]
  })
  console.log(`\n${set}${size === 'all' ? '' : `, ${size} rows`}`)
  console.log(textTable([['method', 'trials', 'test error', 'parameters'], ...lines]))
}
for (const reason of skipped) console.error(`SKIPPED ${reason}`)
