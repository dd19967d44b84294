import { InputError } from '../base/errors.js'
import type { Config } from '../config/config-schema.js'
import { gather } from './batches.js'
import { MOST } from './column.js'
import { targetColumns } from './columns.js'
import { selectRows, whereIs, type ArrayContent, type FloatArray } from './content.js'
import type { DataSettings } from './data-settings.js'
import { fileEncoding, selectTargets, testRows, type ReadDataset } from './dataset-parts.js'
import { inMemory } from './given.js'
import { readKeys } from './keys.js'
import { channelNames } from './layout.js'
import { readTarget } from './target.js'

/**
 * Makes a data set from arrays of numbers and their labels; each row is one input. Columns of the labels that
 * are not targets are left out; `split.column` may name one of them.
 */
export function readArrays(
  content: ArrayContent,
  testFrom: number,
  settings: DataSettings,
  split: Config['split'],
): ReadDataset {
  checkOptions(content, settings)
  const { labels } = content
  if (labels === undefined) {
    const hint = 'images in a folder for each class, or config.data.targetFile'
    throw new InputError(`${content.name}: expected a target for each row (${hint}), got none`)
  }
  // A label within a record is a class; labels from another file or from memory may be anything.
  const hasSeparateLabels = settings.files.targets.length > 0 || settings.reader.name === inMemory
  const task = settings.task ?? (hasSeparateLabels ? undefined : 'classification')
  const columns = targetColumns(labels, settings.targets)
  const target = readTarget(labels, columns, task, settings.missing, settings.classes)
  const kept = keptRows(content, target.values, settings.missing)
  const size = content.values.length / content.rows
  const known = selectRows(labels, kept)
  const keys = readKeys(known, split)
  const features = [...(content.channels ?? channelNames(content.kind, content.shape.at(-1)!))]
  return {
    name: settings.name,
    rows: kept.length,
    shape: content.shape,
    inputs:
      kept.length === content.rows ? content.values : gather(content.values, size, Uint32Array.from(kept)),
    targets: selectTargets(target, kept),
    task: target.task,
    features,
    encoding: {
      kind: content.kind,
      columns: content.kind === 'table' ? features.map((name) => ({ name })) : [],
      missing: settings.missing,
      shape: content.shape,
      file: fileEncoding(settings),
    },
    keys,
    from: kept,
    ...testRows(kept, testFrom),
    cleaning: { missing: missingByFeature(content, features), leftOut: content.rows - kept.length },
  }
}

function checkOptions(
  content: ArrayContent,
  { drop, categorical, numeric, dates, missing, options, kind }: DataSettings,
): void {
  const { name, shape } = content
  for (const [key, columns] of Object.entries({ drop, categorical, numeric, dates: Object.keys(dates) })) {
    if (columns.length === 0) continue
    throw new InputError(`config.data.${key}: expected a table with columns, got ${name} (${content.kind})`)
  }
  if (missing === 'indicator') {
    throw new InputError(
      `config.data.missing: expected another policy for arrays of numbers, got "indicator"`,
    )
  }
  if (options.kind !== undefined && kind !== content.kind) {
    throw new InputError(`config.data.kind: expected ${content.kind}, which ${name} holds, got "${kind}"`)
  }
  const { image, sequence } = options
  const given = image
    ? [image.height, image.width, image.channels]
    : sequence && [sequence.steps, sequence.channels]
  if (given !== undefined && given.join() !== shape.join()) {
    const key = image ? 'image' : 'sequence'
    throw new InputError(
      `config.data.${key}: expected ${shape.join('×')}, which ${name} holds, got ${given.join('×')}`,
    )
  }
}

/** Whether a number is beyond the range of 32-bit floats. NaN, a missing value, is not. */
export const isBeyond = (value: number): boolean => Math.abs(value) > MOST

export const beyondError = (where: string, value: number): InputError =>
  new InputError(`${where}: expected a number below 3.4e38 in size, got ${value}`)

/** The rows that have a target and, if the policy requires it, no missing value. */
function keptRows(content: ArrayContent, targets: FloatArray, missing: string): number[] {
  const { rows, values, name } = content
  const width = targets.length / rows
  const size = values.length / rows
  const kept: number[] = []
  for (let row = 0; row < rows; row++) {
    const rowValues = values.subarray(row * size, (row + 1) * size)
    const beyond = rowValues.findIndex(isBeyond)
    if (beyond >= 0) throw beyondError(`${whereIs(content, row)}, value ${beyond + 1}`, rowValues[beyond]!)
    const at = rowValues.findIndex(Number.isNaN)
    if (at >= 0 && missing === 'refuse') {
      const hint = 'config.data.missing says what is done about missing values'
      throw new InputError(`${whereIs(content, row)}, value ${at + 1}: expected a number, got NaN; ${hint}`)
    }
    const known = !targets.subarray(row * width, (row + 1) * width).some(Number.isNaN)
    if (known && (at < 0 || missing !== 'drop-row')) kept.push(row)
  }
  if (kept.length > 0) return kept
  throw new InputError(`${name}: expected rows without missing values, got none (data.missing: ${missing})`)
}

function missingByFeature({ values }: ArrayContent, features: readonly string[]): Record<string, number> {
  const counts = features.map(() => 0)
  values.forEach((value, i) => {
    if (Number.isNaN(value)) counts[i % features.length]! += 1
  })
  return Object.fromEntries(features.flatMap((name, i) => (counts[i]! > 0 ? [[name, counts[i]!]] : [])))
}
