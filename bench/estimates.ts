/**
 * Estimates: the time that `sentei search FILE` says before it begins, beside what the run took, and what
 * `--time 90s` makes of its time, on files of several kinds.
 *
 *     npm run build && node dist/bench/estimates.js --out RESULTS.jsonl [--data FOLDER] [--sets a,b] [--runs 3]
 *         [--times free,90]
 *
 * A run is the whole program, from the shell to the report, so that a run takes longer than what it says by the
 * reading of the data and by the timing itself. Each run adds a line to RESULTS.jsonl, and one that stands there
 * is not made again; the tables are of all lines there.
 */
import { spawnSync } from 'node:child_process'
import { appendFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { packagePath } from '../src/base/files.js'
import { quantile } from '../src/base/quantile.js'
import { textTable } from '../src/cli/table.js'
import { rowsIn, valueOf } from './command-line.js'
import { estimateSets, type EstimateSet } from './estimate-sets.js'

const data = resolve(valueOf('--data') ?? join('..', 'shared', 'datasets'))
const sets = valueOf('--sets')?.split(',') ?? Object.keys(estimateSets)
const runs = Number(valueOf('--runs') ?? 3)
/** The seconds that a run is given by `--time`; null without. */
const times = (valueOf('--times') ?? 'free,90')
  .split(',')
  .map((time) => (time === 'free' ? null : Number(time)))
const out = valueOf('--out') ?? 'estimates.jsonl'

interface Row {
  readonly set: string
  /** The seconds that it was given; null without `--time`. */
  readonly given: number | null
  /** Which of the runs it is, from 0. */
  readonly run: number
  /** Seconds, of the program and of the estimate. */
  readonly took: number
  readonly typical: number
  readonly most: number
  /** Lines of the log that speak of going on with a run. */
  readonly resumed: number
}

/** Seconds of a time as the program writes it: `1 h 2 min`, `44 s`. */
function secondsOf(text: string): number {
  const units: Readonly<Record<string, number>> = { s: 1, min: 60, h: 3600 }
  return [...text.matchAll(/([\d.]+) (s|min|h)\b/g)].reduce(
    (sum, [, amount, unit]) => sum + Number(amount) * units[unit!]!,
    0,
  )
}

/** Runs one search of a file in a folder of its own. */
function run(file: string, options: readonly string[], folder: string): Omit<Row, 'set' | 'run' | 'given'> {
  const main = packagePath('dist/src/cli/main.js')
  const start = performance.now()
  const { status, stderr } = spawnSync(
    process.execPath,
    [main, 'search', file, ...options, '--out', folder],
    { encoding: 'utf8', maxBuffer: 2 ** 28 },
  )
  const took = (performance.now() - start) / 1000
  const said = /^time +about (.*?); at most (.*?),/m.exec(stderr)
  if (status !== 0 || !said)
    throw new Error(`estimates: ${file} ended with ${status}: ${stderr.slice(-1000)}`)
  const resumed = stderr.split('\n').filter((line) => /\bresum/i.test(line)).length
  return { took, typical: secondsOf(said[1]!), most: secondsOf(said[2]!), resumed }
}

/** The runs of a set that do not stand in the results yet. */
function measure(name: string, { make, options }: EstimateSet, folder: string): void {
  const place = join(folder, name)
  mkdirSync(place)
  const file = make(place, data)
  for (let index = 0; index < runs; index++)
    for (const given of times) {
      if (rowsIn<Row>(out).some((row) => row.set === name && row.run === index && row.given === given))
        continue
      const limit = given === null ? [] : ['--time', `${given}s`]
      const found = run(file, [...options, ...limit], join(place, `run-${index}-${given ?? 'free'}`))
      appendFileSync(out, `${JSON.stringify({ set: name, given, run: index, ...found })}\n`)
    }
}

const folder = mkdtempSync(join(tmpdir(), 'sentei-estimates-'))
for (const name of sets) measure(name, estimateSets[name]!, folder)
rmSync(folder, { recursive: true })

/** The median of some runs, with the least and the greatest where there are several. */
function middle(found: readonly Row[], of: (row: Row) => number, digits = 0): string {
  const sorted = found.map(of).sort((a, b) => a - b)
  const [median, least, greatest] = [0.5, 0, 1].map((share) => quantile(sorted, share).toFixed(digits))
  return sorted.length === 1 ? median! : `${median} [${least}, ${greatest}]`
}

const rows = rowsIn<Row>(out)
const given = [...new Set(rows.map((row) => row.given))].sort((a, b) => (a ?? 0) - (b ?? 0))
/** The runs of each set that were given a time, or none, in the order of the sets. */
const runsGiven = (time: number | null) =>
  Object.entries(estimateSets).flatMap(([name, { kind }]) => {
    const found = rows.filter((row) => row.set === name && row.given === time)
    return found.length === 0 ? [] : [{ name, kind, found }]
  })

const free = runsGiven(null).map(({ name, kind, found }) => [
  name,
  kind,
  `${middle(found, ({ typical }) => typical)} s`,
  `${middle(found, ({ most }) => most)} s`,
  `${middle(found, ({ took }) => took)} s`,
  middle(found, ({ took, typical }) => took / typical, 2),
])
const limited = given.flatMap((time) =>
  time === null
    ? []
    : runsGiven(time).map(({ name, found }) => [
        name,
        `${time}s`,
        `${middle(found, ({ typical }) => typical)} s`,
        `${middle(found, ({ took }) => took)} s`,
        middle(found, ({ took }) => took / time, 2),
        String(found.reduce((sum, { resumed }) => sum + resumed, 0)),
      ]),
)
const tables = [
  [['file', 'kind', 'about', 'at most', 'took', 'took / about'], ...free],
  [['file', '--time', 'about', 'took', 'took / time', 'lines of a resume'], ...limited],
]
process.stdout.write(`${tables.map((table) => textTable(table)).join('\n\n')}\n`)
