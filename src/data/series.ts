import { InputError } from '../base/errors.js'
import { countMissing, fileEncoding, selectTargets, type ReadInput } from './dataset-parts.js'
import { encodeCells, featureNames, fitColumns } from './encode.js'
import { readKeys } from './keys.js'
import type { OrderedSeries } from './several-series.js'
import type { Dataset, SeriesEncoding } from './types.js'
import { cutWindows } from './windows.js'

/** Makes a data set of the windows of a series: each stretch of `window` time steps is one input. */
export function readSeries(input: ReadInput): Omit<Dataset, 'hash'> {
  const { table, target, settings, split, ordered } = input
  const { inputs: columns, targets, categorical } = input.columns
  const { window, horizon, missing, rare, unseen } = settings
  const encoded = fitColumns(table, columns, { categorical, missing, rare })
  const features = featureNames(encoded)
  const groups = split.by === 'group' ? (readKeys(table, split) ?? seriesNames(ordered)) : undefined
  const stretches = ordered && withinGroups(ordered.stretches, groups)
  const steps = encodeCells(table, encoded, columns, { missing })
  const windows = cutWindows({ steps, features: features.length, window, horizon, groups, stretches })
  const width = targets.length
  const known = windows.filter(
    ({ at }) => !target.values.subarray(at * width, (at + 1) * width).some(Number.isNaN),
  )
  if (known.length === 0) {
    const needed = `at least ${window + horizon} adjacent time steps (window ${window}, horizon ${horizon})`
    const stretchesText = ordered ? ` in ${(stretches!.at(-1) ?? -1) + 1} stretches without a gap` : ''
    throw new InputError(`${table.name}: expected ${needed}, got ${table.places.length} rows${stretchesText}`)
  }
  const inputs = new Float64Array(known.length * window * features.length)
  known.forEach(({ input }, row) => inputs.set(input, row * input.length))
  return {
    name: settings.name,
    rows: known.length,
    shape: [window, features.length],
    inputs,
    targets: selectTargets(
      target,
      known.map(({ at }) => at),
    ),
    task: target.task,
    features,
    encoding: {
      kind: 'series',
      columns: encoded,
      missing,
      ...(unseen === 'refuse' && { unseen }),
      window,
      ...(ordered && { series: seriesEncoding(ordered, settings) }),
      file: fileEncoding(settings, table, targets),
    },
    ...(groups && { keys: known.map(({ span }) => groups[span[0]]!) }),
    spans: known.map(({ span }) => span),
    ...(ordered && {
      series: { of: known.map(({ at }) => ordered.of[at]!), steps: stepsOf(ordered.of) },
    }),
    cleaning: { missing: countMissing(table, columns), leftOut: windows.length - known.length },
  }
}

/** A name for each row, by its series. */
const seriesNames = (ordered: OrderedSeries | undefined): string[] | undefined =>
  ordered?.of.map((series) => ordered.names[series]!.join(' '))

/** Stretches that end where a group does as well. */
function withinGroups(
  stretches: readonly number[],
  groups: readonly (string | number)[] | undefined,
): readonly number[] {
  if (groups === undefined) return stretches
  let stretch = 0
  return stretches.map((seriesStretch, row) => {
    const isSame = row === 0 || (seriesStretch === stretches[row - 1] && groups[row] === groups[row - 1])
    return isSame ? stretch : ++stretch
  })
}

/** The time steps of each series, [from, to). */
function stepsOf(of: readonly number[]): [number, number][] {
  const steps: [number, number][] = []
  of.forEach((series, at) => {
    if (steps[series] === undefined) steps[series] = [at, at + 1]
    else steps[series][1] = at + 1
  })
  return steps
}

function seriesEncoding(
  { notation, every }: OrderedSeries,
  { seriesBy, time, horizon }: ReadInput['settings'],
): SeriesEncoding {
  return {
    by: seriesBy,
    time,
    notation,
    every,
    horizon,
  }
}
