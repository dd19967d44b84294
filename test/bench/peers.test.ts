import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { errorOfFile, writtenJob } from '../../bench/peers/jobs.js'
import { resolveConfig } from '../../src/config/load-config.js'
import { fromRecords } from '../../src/library/data.js'
import { extensionsIn, setupTrial } from '../../src/setup/setup-trial.js'

const folder = mkdtempSync(join(tmpdir(), 'sentei-peers-'))
const where = { folder, name: 'rows', peers: undefined, flops: 500 }

/** Numbers with a gap and two columns of categories; y is a number, or a class. */
async function trialOf(target: 'number' | 'class') {
  const records = Array.from({ length: 60 }, (_, i) => ({
    x: i % 7 === 0 ? null : i,
    shape: ['round', 'square', 'long'][i % 3]!,
    size: i % 2 === 0 ? 'small' : 'large',
    y: target === 'number' ? 3 * i : ['no', 'yes'][i % 2]!,
  }))
  const { data, given } = fromRecords(records, 'y')
  const config = { data: { ...data, missing: 'mean' }, supernet: { space: 'mlp-cell' }, schedule: 'none' }
  return setupTrial(resolveConfig(config), '.', extensionsIn({ given }))
}

const floats = (file: string): Float64Array => {
  const { buffer, byteOffset, byteLength } = readFileSync(file)
  return new Float64Array(buffer.slice(byteOffset, byteOffset + byteLength))
}

const written = (values: readonly number[]): string => {
  const file = join(folder, 'predicted')
  writeFileSync(file, new Uint8Array(Float64Array.from(values).buffer))
  return file
}

test('peers get the rows of a trial as they are, gaps too, and learn from train and arch', async () => {
  const trial = await trialOf('number')
  const { dataset, splits } = trial.data
  const job = JSON.parse(writtenJob(trial, where)) as Record<string, unknown> & { inputs: string }
  expect(job).toMatchObject({ kind: 'table', task: 'regression', shape: [6], outputs: 1, peers: null })
  expect(job.budget).toMatchObject({ flops: 500, steps: trial.config.retrain.steps, augment: null })
  expect(job.categories).toEqual([
    [1, 3],
    [4, 2],
  ])
  expect(job.splits).toEqual({
    train: [...splits.train, ...splits.arch],
    validation: [...splits.validation],
    test: [...splits.test],
  })
  expect(floats(job.inputs)).toEqual(Float64Array.from(dataset.inputs))
  expect(floats(job.inputs)[0]).toBeNaN()
})

test('their predictions are judged by the metric of the trial', async () => {
  const numbers = await trialOf('number')
  const rows = [...numbers.data.splits.test]
  expect(errorOfFile(numbers, written(rows.map((row) => 3 * row)))).toBe(0)
  // Off by 4 everywhere.
  expect(errorOfFile(numbers, written(rows.map((row) => 3 * row - 4)))).toBeCloseTo(4, 12)

  const classes = await trialOf('class')
  const tested = [...classes.data.splits.test]
  const scores = (right: (i: number) => boolean) =>
    tested.flatMap((row, i) => ((row % 2 === 1) === right(i) ? [-2, 1] : [3, -1]))
  expect(errorOfFile(classes, written(scores(() => true)))).toBe(0)
  expect(errorOfFile(classes, written(scores((i) => i > 0)))).toBeCloseTo(1 / tested.length, 12)
})
