import { expected, InputError } from '../base/errors.js'
import { randomSource, type RandomStream } from '../base/random.js'
import type { Config } from '../config/config-schema.js'
import { firstInSplit } from './duplicates.js'
import { subset } from './subset.js'
import { rowUnits } from './units.js'
import { splitByTime } from './split-time.js'
import { stratify } from './strata.js'
import type { Dataset, Splits } from './types.js'

/** The names of the splits, in order of time if that matters. */
export const splitNames = ['train', 'arch', 'validation', 'test'] as const

/**
 * The method by which the rows are split. `auto` becomes time for a series, stratified for classification,
 * otherwise random.
 */
export function splitMethod({ spans, task }: Dataset, by: Config['split']['by']): Exclude<typeof by, 'auto'> {
  if (by === 'auto') {
    if (spans !== undefined) return 'time'
    return task.kind === 'classification' ? 'stratified' : 'random'
  }
  if (spans !== undefined && (by === 'random' || by === 'stratified')) {
    throw expected('config.split.by', 'one of time, block, group for a series (its windows overlap)', by)
  }
  return by
}

/**
 * Divides the rows of a data set into the four splits, depending only on the seed (`split.seed`, otherwise
 * `seed`). Rows with equal inputs are never in two splits, unless `split.equal` is `apart`: they stay
 * together or, by time, the later ones are left out, as are windows of a series that cross a boundary. Throws
 * if a split with a share gets no rows.
 */
export function splitRows(dataset: Dataset, split: Config['split'], seed: number): Splits {
  if (dataset.test !== undefined) return splitAround(dataset, dataset.test, split, seed)
  const by = splitMethod(dataset, split.by)
  const shares = splitNames.map((name) => split[name])
  const parts =
    by === 'time'
      ? splitByTime(dataset, split, shares)
      : shuffleUnits(dataset, { ...split, by }, shares, randomSource(split.seed ?? seed).stream('split'))
  const counts = splitNames.map((name, i) => `${name} ${parts[i]!.length}`).join(', ')
  if (parts.some((part, i) => shares[i]! > 0 && part.length === 0)) {
    throw new InputError(
      `config.split: expected rows in every split with a share, got ${counts} of ${dataset.rows} (by ${by})${unitsHint(dataset, split, by)}`,
    )
  }
  const [train, arch, validation, test] = parts.map((part) => Uint32Array.from(part).sort())
  return { train: train!, arch: arch!, validation: validation!, test: test! }
}

/** What may help; if there are enough rows, but they stay together in too few units, this too. */
function unitsHint(
  dataset: Dataset,
  split: Config['split'],
  by: Exclude<Config['split']['by'], 'auto'>,
): string {
  const remedy = (more: string) => `; use other shares, another split.by or ${more}`
  if (dataset.spans !== undefined) return remedy('a shorter data.window')
  if (by === 'time') return remedy('more rows')
  const units = rowUnits(dataset, { ...split, by }).length
  if (units === dataset.rows) return remedy('more rows')
  const kept = [
    ...(split.equal === 'apart' ? [] : ['with equal inputs']),
    ...(by === 'group' || by === 'block' ? [`of one ${by}`] : []),
  ]
  const more = split.equal === 'apart' ? `more ${by}s` : 'more columns, or split.equal: apart'
  return `; rows ${kept.join(' or ')} stay together, and there ${units === 1 ? 'is only 1 set' : `are only ${units} sets`} of such rows${remedy(more)}`
}

/**
 * Uses the rows of `data.test` as the split `test`, and divides the others by the shares of the other three
 * splits. Rows with the inputs of a test row are in no split, unless `split.equal` is `apart`.
 */
function splitAround(
  dataset: Dataset,
  test: readonly number[],
  split: Config['split'],
  seed: number,
): Splits {
  const equal = firstInSplit(dataset, split)
  const taken = new Set(test.map((row) => equal[row]!))
  const rest = Uint32Array.from({ length: dataset.rows }, (_, row) => row).filter(
    (row) => !taken.has(equal[row]!),
  )
  if (rest.length === 0) {
    throw new InputError(`config.data.test: expected rows in data.file that it has not, got none`)
  }
  if (test.length === 0) {
    throw new InputError(
      'config.data.limit: expected rows of data.test among those drawn, got none; draw more',
    )
  }
  const others = subset({ ...dataset, test: undefined }, rest)
  const total = split.train + split.arch + split.validation
  const shares = {
    train: split.train / total,
    arch: split.arch / total,
    validation: split.validation / total,
  }
  const parts = splitRows(others, { ...split, ...shares, test: 0 }, seed)
  const at = (rows: Uint32Array) => rows.map((row) => rest[row]!)
  return {
    train: at(parts.train),
    arch: at(parts.arch),
    validation: at(parts.validation),
    test: Uint32Array.from(test),
  }
}

/** Assigns units of rows in random order, stratum by stratum, each to the split that lacks the most rows. */
function shuffleUnits(
  dataset: Dataset,
  split: Config['split'],
  shares: readonly number[],
  random: RandomStream,
): number[][] {
  const units = rowUnits(dataset, split)
  const strata = split.by === 'stratified' ? stratify(dataset, units) : [units]
  const parts: number[][] = shares.map(() => [])
  let left = units.length
  let carried = shares.map(() => 0)
  for (const stratum of strata) {
    const rows = stratum.reduce((sum, unit) => sum + unit.length, 0)
    const lacking = shares.map((share, i) => share * rows + carried[i]!)
    random.permutation(stratum.length).forEach((index, turn) => {
      const side = turn === 0 ? 0 : mostLacking(lacking, shares, parts, left)
      for (const row of stratum[index]!) parts[side]!.push(row)
      lacking[side]! -= stratum[index]!.length
      left -= 1
    })
    // Carrying the rounding over keeps the totals exact; carrying more would distort the next stratum.
    carried = lacking.map((rest) => Math.max(-0.5, Math.min(0.5, rest)))
  }
  return parts
}

/**
 * The split that lacks the most rows. As soon as there are only as many units left as empty splits, only
 * those count.
 */
function mostLacking(
  lacking: readonly number[],
  shares: readonly number[],
  parts: readonly (readonly number[])[],
  left: number,
): number {
  const wanted = shares.flatMap((share, i) => (share > 0 ? [i] : []))
  const empty = wanted.filter((i) => parts[i]!.length === 0)
  return (left <= empty.length ? empty : wanted).reduce((best, i) =>
    lacking[i]! > lacking[best]! ? i : best,
  )
}
