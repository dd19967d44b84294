/** The rows of a comparison's trials as files that other programs read, and what these predict for them. */
import { writeFileSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gather } from '../../src/data/batches.js'
import { continuedColumns } from '../../src/data/continued.js'
import { outputsOf, type Dataset } from '../../src/data/types.js'
import { errorOf, metrics } from '../../src/objective/metrics.js'
import type { Trial } from '../../src/trial/types.js'

/** The features of each column of categories, as their first position and their number. */
function categoriesOf({ encoding }: Dataset): [first: number, count: number][] {
  const found: [number, number][] = []
  let at = 0
  for (const { categories, indicator } of encoding.columns) {
    if (categories) found.push([at, categories.length])
    at += (categories?.length ?? 1) + (indicator === true ? 1 : 0)
  }
  return found
}

interface JobOptions {
  readonly folder: string
  readonly name: string
  readonly peers: readonly string[] | undefined
  readonly flops: number | null
}

/**
 * Writes the rows of a trial into a folder and returns the line of JSON that comparison.py reads. Inputs are
 * encoded and not scaled; NaN where a cell is missing. `train` has the rows of `arch`, too, as in retraining. `peers` names
 * those that are asked, by default all that suit the data. `flops` are those of Sentei's network on these rows, to which one
 * of the networks for images keeps; null if it has none.
 */
export function writtenJob({ data, config }: Trial, { folder, name, peers, flops }: JobOptions): string {
  const { dataset, splits } = data
  const written = (part: string, values: ArrayLike<number>): string => {
    const file = join(folder, `${name}-${part}`)
    writeFileSync(file, new Uint8Array(Float64Array.from(values).buffer))
    return file
  }
  const [train, validation, test] = [
    [...splits.train, ...splits.arch],
    [...splits.validation],
    [...splits.test],
  ]
  return JSON.stringify({
    kind: dataset.encoding.kind,
    task: dataset.task.kind,
    shape: dataset.shape,
    outputs: outputsOf(dataset.task),
    inputs: written('inputs', dataset.inputs),
    targets: written('targets', dataset.targets),
    out: join(folder, name),
    categories: categoriesOf(dataset),
    continued: continuedColumns(dataset) ?? null,
    splits: { train, validation, test },
    seed: config.seed,
    budget: {
      flops,
      steps: config.retrain.steps,
      batch: config.retrain.batch,
      augment: config.retrain.augment ?? null,
    },
    peers: peers ?? null,
  })
}

/** The test error of predictions in a file, rows × outputs: by the metric of the trial, as its methods are judged. */
export function errorOfFile({ data: { dataset, splits }, metric }: Trial, file: string): number {
  const { buffer, byteOffset, byteLength } = readFileSync(file)
  const predicted = new Float64Array(buffer.slice(byteOffset, byteOffset + byteLength))
  const width = outputsOf(dataset.task)
  const perRow = dataset.task.kind === 'classification' ? 1 : width
  const targets = gather(dataset.targets, perRow, splits.test)
  return errorOf(metric, metrics[metric].value(predicted, targets, width))
}
