/**
 * Estimates: the time that `sentei search FILE` says before it begins, beside what the run took, and what
 * `--time 90s` makes of its time, on files of several kinds.
 *
 *     npm run build && node dist/bench/estimates.js --out RESULTS.jsonl [--data FOLDER] [--sets a,b] [--times 3]
 *         [--side free|limited] [--seconds 90]
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
const times = Number(valueOf('--times') ?? 3)
const seconds = Number(valueOf('--seconds') ?? 90)
const limit = `${seconds}s`
/** Runs without `--time` and with it, or one of both. */
const sides = ['free', 'limited']
  .filter((side) => side === (valueOf('--side') ?? side))
  .map((side) => (side === 'free' ? undefined : limit))
const out = valueOf('--out') ?? 'estimates.jsonl'

interface Row {
  readonly set: string
  /** The value of `--time`; absent without it. */
  readonly time?: string
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
function run(file: string, options: readonly string[], folder: string): Omit<Row, 'set' | 'run' | 'time'> {
  const main = packagePath('dist/src/cli/main.js')
  const start = performance.now()
  const { status, stderr } = spawnSync(
    process.execPath,
    [main, 'search', file, ...options, '--out', folder],
    {
      encoding: 'utf8',
      maxBuffer: 2 ** 28,
    },
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
  for (let index = 0; index < times; index++)
    for (const time of sides) {
      const done = rowsIn<Row>(out).some((row) => row.set === name && row.run === index && row.time === time)
      if (done) continue
      const given = time === undefined ? [] : ['--time', time]
      const found = run(file, [...options, ...given], join(place, `run-${index}-${time ?? 'free'}`))
      appendFileSync(out, `${JSON.stringify({ set: name, time, run: index, ...found })}\n`)
    }
}

const folder = mkdtempSync(join(tmpdir(), 'sentei-estimates-'))
for (const name of sets) measure(name, estimateSets[name]!, folder)
rmSync(folder, { recursive: true })

const rows = rowsIn<Row>(out)
const middle = (found: readonly Row[], of: (row: Row) => number, digits = 0): string => {
  const sorted = found.map(of).sort((a, b) => a - b)
  const [median, least, greatest] = [0.5, 0, 1].map((share) => quantile(sorted, share).toFixed(digits))
  return sorted.length === 1 ? median! : `${median} [${least}, ${greatest}]`
}
const rowsOf = (name: string, time: string | undefined) =>
  rows.filter((row) => row.set === name && row.time === time)
const named = (time: string | undefined) =>
  Object.entries(estimateSets).flatMap(([name, { kind }]) => {
    const found = rowsOf(name, time)
    return found.length === 0 ? [] : [{ name, kind, found }]
  })

process.stdout.write(
  textTable([
    ['file', 'kind', 'about', 'at most', 'took', 'took / about'],
    ...named(undefined).map(({ name, kind, found }) => [
      name,
      kind,
      `${middle(found, ({ typical }) => typical)} s`,
      `${middle(found, ({ most }) => most)} s`,
      `${middle(found, ({ took }) => took)} s`,
      middle(found, ({ took, typical }) => took / typical, 2),
    ]),
  ]),
)
process.stdout.write(`\n\n--time ${limit}\n`)
process.stdout.write(
  `${textTable([
    ['file', 'kind', 'about', 'took', 'of the time', 'lines of a resume'],
    ...named(limit).map(({ name, kind, found }) => [
      name,
      kind,
      `${middle(found, ({ typical }) => typical)} s`,
      `${middle(found, ({ took }) => took)} s`,
      middle(found, ({ took }) => took / seconds, 2),
      String(found.reduce((sum, { resumed }) => sum + resumed, 0)),
    ]),
  ])}\n`,
)
