import { describe, expect, it } from 'vitest'
import { checkData } from '../../src/data/check-data.js'
import { hasShared, sharedFile } from '../helpers/shared.js'
import { readingPlace } from './readers/helpers.js'

/** Data sets that are no part of the checkout lie beside it. */
describe.runIf(hasShared('datasets'))('real files (skipped where ../shared/datasets is not there)', () => {
  const { prepare } = readingPlace()
  const at = (path: string) => sharedFile('datasets', path)

  it('reads Fashion-MNIST', async () => {
    const folder = at('fashion-mnist-t10k/t10k-')
    const data = { file: `${folder}images-idx3-ubyte.gz`, targetFile: `${folder}labels-idx1-ubyte.gz` }
    const report = checkData(await prepare(data))
    expect([report.rows, ...report.shape]).toEqual([10_000, 28, 28, 1])
    expect(report.classes!.map(({ train, validation, test }) => train + validation + test)).toEqual(
      new Array(10).fill(1000),
    )
    expect(report.warnings).toEqual([])
  })

  it('reads CIFAR-10 with its own test file', async () => {
    const file = at('images/cifar10-subset/sub_train.bin.gz')
    const test = { file: at('images/cifar10-subset/sub_test.bin.gz') }
    const report = checkData(await prepare({ format: 'cifar-10', file, test }))
    expect(report.shape).toEqual([32, 32, 3])
    expect(report.splits).toEqual({ train: 3750, arch: 0, validation: 1250, test: 1000 })
    expect(report.classes!.map(({ name, test: rows }) => [name, rows])).toContainEqual(['frog', 100])
  })

  it('reads gray records with the names of their classes', async () => {
    const folder = at('images/neu-steel')
    const image = { height: 64, width: 64 }
    const report = checkData(
      await prepare({ file: `${folder}/gray64.bin.gz`, image, classes: `${folder}/gray64.json` }),
    )
    expect([report.rows, ...report.shape]).toEqual([1800, 64, 64, 1])
    expect(report.classes!.map(({ name }) => name)).toContain('rolled-in_scale')
  })
})
