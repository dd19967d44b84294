import { InputError } from '../base/errors.js'
import { gather } from './batches.js'
import type { DataSettings } from './data-settings.js'
import { encodeContent } from './encode-content.js'
import { inMemory } from './given.js'
import { readUnlabelledFiles } from './read-content.js'
import type { Dataset, Unlabelled } from './types.js'

/** Rows of `data.unlabelled`, which rows of its files they are, and how many these have. */
export interface ReadUnlabelled {
  readonly unlabelled: Unlabelled
  readonly from: Uint32Array
  readonly rows: number
}

/**
 * Reads the rows of `data.unlabelled` as `predict` reads new ones: columns by name, in any order, those of the
 * targets ignored. Rows for which a model would have no prediction are left out. Throws an InputError if no row is
 * left, or if the data are a program's.
 */
export async function readUnlabelled(
  settings: DataSettings,
  { encoding, features, shape }: Pick<Dataset, 'encoding' | 'features' | 'shape'>,
): Promise<ReadUnlabelled | undefined> {
  if (settings.unlabelled.length === 0) return undefined
  if (settings.reader.name === inMemory)
    throw new InputError(
      'config.data.unlabelled: only beside data.file or data.source, got data of a program',
    )
  const size = shape.reduce((product, n) => product * n, 1)
  const contents = await readUnlabelledFiles(settings)
  const parts = contents.map((content) => {
    const { inputs, rows, remarks } = encodeContent(encoding, content, { features })
    const refused = (row: number) => remarks.get(row)?.some((remark) => remark.refused) ?? false
    const kept = Uint32Array.from({ length: rows }, (_, row) => row).filter((row) => !refused(row))
    return { inputs: gather(inputs, size, kept), kept, rows }
  })
  const rows = parts.reduce((sum, { kept }) => sum + kept.length, 0)
  if (rows === 0)
    throw new InputError(
      `config.data.unlabelled: expected rows that the model can predict, got none of ${settings.unlabelled.join(', ')}`,
    )
  const inputs = new Float64Array(rows * size)
  const from = new Uint32Array(rows)
  let [at, before] = [0, 0]
  for (const part of parts) {
    inputs.set(part.inputs, at * size)
    for (const row of part.kept) from[at++] = before + row
    before += part.rows
  }
  return { unlabelled: { rows, inputs, leftOut: before - rows }, from, rows: before }
}
