import { InputError } from '../base/errors.js'
import { countMissing, fileEncoding, selectTargets, type ReadInput } from './dataset-parts.js'
import { encodeCells, featureNames, fitColumns } from './encode.js'
import { readKeys } from './keys.js'
import type { Dataset } from './types.js'
import { cutWindows } from './windows.js'

/** Makes a data set of the windows of a series: each stretch of `window` time steps is one input. */
export function readSeries(input: ReadInput): Omit<Dataset, 'hash'> {
  const { table, target, settings, split } = input
  const { inputs: columns, targets, categorical } = input.columns
  const { window, horizon, missing, rare, unseen } = settings
  const encoded = fitColumns(table, columns, { categorical, missing, rare })
  const features = featureNames(encoded)
  const groups = split.by === 'group' ? readKeys(table, split) : undefined
  const steps = encodeCells(table, encoded, columns, { missing })
  const windows = cutWindows({ steps, features: features.length, window, horizon, groups })
  const width = targets.length
  const known = windows.filter(
    ({ at }) => !target.values.subarray(at * width, (at + 1) * width).some(Number.isNaN),
  )
  if (known.length === 0) {
    const needed = `at least ${window + horizon} adjacent time steps (window ${window}, horizon ${horizon})`
    throw new InputError(`${table.name}: expected ${needed}, got ${table.places.length} rows`)
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
      file: fileEncoding(settings, table, targets),
    },
    ...(groups && { keys: known.map(({ span }) => groups[span[0]]!) }),
    spans: known.map(({ span }) => span),
    cleaning: { missing: countMissing(table, columns), leftOut: windows.length - known.length },
  }
}
