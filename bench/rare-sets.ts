/** Tables of two classes of which one is rare: drawn from files of the folder of data sets, or made. */
import { join } from 'node:path'
import { randomSource } from '../src/base/random.js'
import { csv, engineSensors, linesOf } from './measured-sets.js'

/** A table with a column `rare` of yes and no, and the column of what its rows hang together by, if they do. */
export interface RareSet {
  readonly csv: (folder: string) => string
  readonly group?: string
}

/** The names and cells of a file of the folder. */
function cellsOf(file: string, separator = ','): { names: string[]; rows: string[][] } {
  const [names, ...rows] = linesOf(file).map((line) => line.replaceAll('"', '').trim().split(separator))
  return { names: names!, rows }
}

/** Some rows of a file as they come after a shuffle: at most `negatives` others, and `positives` rare ones. */
function thinned<Row>(
  rows: readonly Row[],
  isRare: (row: Row) => boolean,
  { positives = Infinity, negatives = Infinity },
): { row: Row; rare: string }[] {
  const left = { yes: positives, no: negatives }
  return [...randomSource(0).stream('rows').permutation(rows.length)].flatMap((i) => {
    const rare = isRare(rows[i]!) ? 'yes' : 'no'
    return left[rare]-- > 0 ? [{ row: rows[i]!, rare }] : []
  })
}

interface Wanted {
  readonly isRare: (cell: string) => boolean
  readonly separator?: string
  readonly drop?: readonly string[]
  readonly positives?: number
  readonly negatives?: number
}

/** A file whose column `target` says which rows are rare, and is taken away. */
const drawn =
  (path: readonly string[], target: string, { isRare, separator, drop = [], ...counts }: Wanted) =>
  (folder: string): string => {
    const { names, rows } = cellsOf(join(folder, ...path), separator)
    const kept = names.flatMap((name, i) => (name === target || drop.includes(name) ? [] : [i]))
    const at = names.indexOf(target)
    return csv(
      [...kept.map((i) => names[i]!), 'rare'],
      thinned(rows, (row) => isRare(row[at]!), counts).map(({ row, rare }) => [
        ...kept.map((i) => row[i]!),
        rare,
      ]),
    )
  }

/** The listings of Amsterdam, whose prices are in a file of their own. */
function dear(folder: string): string {
  const { names, rows } = cellsOf(join(folder, 'tabular', 'airbnb_X_train.csv.gz'))
  const prices = linesOf(join(folder, 'tabular', 'airbnb_y_train.csv.gz')).map(Number)
  const first = [...prices].sort((a, b) => b - a)[Math.floor(0.03 * prices.length)]!
  const joined = rows.map((row, i) => ({ row, price: prices[i]! }))
  return csv(
    [...names, 'rare'],
    thinned(joined, ({ price }) => price > first, { negatives: 5000, positives: 200 }).map(
      ({ row, rare }) => [...row.row, rare],
    ),
  )
}

/** Every second cycle of engines that run to failure: whether that is within ten cycles (C-MAPSS FD001). */
function failing(folder: string): string {
  const rows = linesOf(join(folder, 'timeseries', 'cmapss', 'train_FD001.txt.gz')).map((line) =>
    line.trim().split(/\s+/),
  )
  const last = new Map(rows.map((row) => [row[0]!, Number(row[1])]))
  return csv(
    ['engine', ...engineSensors.map((c) => `sensor${c - 4}`), 'rare'],
    rows
      .filter(([, cycle]) => Number(cycle) % 2 === 0)
      .map((row) => [
        row[0]!,
        ...engineSensors.map((c) => row[c]!),
        last.get(row[0]!)! - Number(row[1]) < 10 ? 'yes' : 'no',
      ]),
  )
}

/**
 * 6,000 parts with twelve measurements, of which a fiftieth are defect: where two of them are far from their
 * middle in the same direction, or a third is high on one of four machines; and one in two hundred by chance.
 */
function defects(): string {
  const random = randomSource(0)
  const parts = Array.from({ length: 6000 }, (_, i) => {
    const draw = random.stream('part', `${i}`)
    const x = Array.from({ length: 12 }, () => draw.normal())
    const machine = draw.integer(4)
    const strain =
      Math.max(x[0]! * x[1]!, machine === 2 ? 1.3 * x[2]! : -1) + 0.4 * x[3]! + 0.2 * draw.normal()
    return { cells: [...x.map((value) => value.toFixed(4)), `m${machine}`], strain, chance: draw.uniform() }
  })
  const limit = parts.map(({ strain }) => strain).sort((a, b) => b - a)[Math.floor(0.015 * parts.length)]!
  return csv(
    [...Array.from({ length: 12 }, (_, i) => `x${i}`), 'machine', 'rare'],
    parts.map(({ cells, strain, chance }) => [...cells, strain > limit || chance < 0.005 ? 'yes' : 'no']),
  )
}

const faults = ['Pastry', 'Z_Scratch', 'K_Scatch', 'Stains', 'Dirtiness', 'Bumps']
  .map((name) => `${name}_Fault`)
  .concat('Other_Faults')

/** Sets that a default was chosen on. */
const tuned: Readonly<Record<string, RareSet>> = {
  'steel-stains': {
    csv: drawn(['tabular', 'SteelPlatesFaults_Clean.csv.gz'], 'Stains_Fault', {
      isRare: (cell) => cell === '1',
      drop: faults.filter((name) => name !== 'Stains_Fault'),
    }),
  },
  'concrete-strong': {
    csv: drawn(['modeldata', 'concrete.csv.gz'], 'compressive_strength', {
      isRare: (cell) => Number(cell) > 65,
    }),
  },
  'credit-thinned': {
    csv: drawn(['modeldata', 'credit_data.csv.gz'], 'Status', {
      isRare: (cell) => cell === 'bad',
      positives: 200,
    }),
  },
  'protein-far': {
    csv: drawn(['tabular', 'CASP.csv.gz'], 'RMSD', {
      isRare: (cell) => Number(cell) > 19,
      negatives: 6000,
      positives: 180,
    }),
  },
  'listing-dear': { csv: dear },
}

/** Sets that no default was chosen on. */
const untouched: Readonly<Record<string, RareSet>> = {
  'wine-best': {
    csv: drawn(['tabular', 'winequality-white.csv.gz'], 'quality', {
      isRare: (cell) => Number(cell) >= 8,
      separator: ';',
    }),
  },
  'jobs-long': {
    csv: drawn(['modeldata', 'hpc_data.csv.gz'], 'class', { isRare: (cell) => cell === 'L' }),
  },
  'card-default': {
    csv: drawn(['tabular', 'UCI_Credit_Card.csv.gz'], 'default.payment.next.month', {
      isRare: (cell) => cell === '1',
      drop: ['ID'],
      negatives: 10_000,
      positives: 400,
    }),
  },
  'engines-failing': { csv: failing, group: 'engine' },
  'made-defects': { csv: defects },
}

/** All sets of rare classes by name. */
export const rareSets: Readonly<Record<string, RareSet>> = { ...tuned, ...untouched }

/** The names of the sets to report, which no default was chosen on. */
export const reportedSets = Object.keys(untouched)
