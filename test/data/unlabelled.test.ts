import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { fromRecords } from '../../src/library/data.js'
import { prepareDataset } from '../../src/data/prepare-dataset.js'
import { checkData } from '../../src/data/check-data.js'
import { readDataset } from '../../src/data/read-dataset.js'
import { withPaths } from '../../src/data/file-settings.js'
import { resolveConfig } from '../../src/config/load-config.js'
import { extensionsIn, setupTrial } from '../../src/setup/setup-trial.js'
import { csv, rejection, workplace } from './helpers.js'

const { read, write, folder } = workplace()
const target = { target: 'y', unlabelled: 'more.csv' }
const split = {
  by: 'random' as const,
  train: 0.6,
  arch: 0,
  validation: 0.2,
  test: 0.2,
  equal: 'together' as const,
}
const labelled = csv('a,colour,y', 20, (i) => [i, ['red', 'blue'][i % 2]!, i / 2])

describe('rows without a target', () => {
  it('are encoded as the others, by the names of columns in any order, whether they have targets or not', async () => {
    write('y,colour,a\n9,blue,1.5\n,red,-4\n', 'more.csv')
    const { unlabelled, rows } = await read(labelled, target)
    expect(rows).toBe(20)
    expect([...unlabelled!.inputs]).toEqual([1.5, 1, 0, -4, 0, 1])
    write('colour,a\nblue,1.5\nred,-4\n', 'more.csv')
    expect((await read(labelled, target)).unlabelled).toEqual(unlabelled)
  })

  it('change neither scales nor fills nor categories, and are scaled by those', async () => {
    write('colour,a\ngreen,1000\nred,\n', 'more.csv')
    const settings = { ...target, missing: 'mean' }
    const prepare = async (data: object) => prepareDataset(await read(labelled, data), split, 1, 'standard')
    const found = await prepare(settings)
    const alone = await prepare({ target: 'y', missing: 'mean' })
    expect(found.scaler).toEqual(alone.scaler)
    expect(found.inputs).toEqual(alone.inputs)
    const { mean, std } = found.scaler.input
    const scaled = (value: number, feature: number) => Math.fround((value - mean[feature]!) / std[feature]!)
    const wanted = [1000, 0, 0, found.scaler.fill[0]!, 0, 1]
    found.unlabelled!.forEach((value, i) => expect(value).toBeCloseTo(scaled(wanted[i]!, i % 3), 4))
    expect(alone.unlabelled).toBeUndefined()
  })

  it('are left out where a model would have no prediction, and counted', async () => {
    write('colour,a\nred,1\nblue,\nred,wood\nblue,2\n', 'more.csv')
    const data = await read(labelled, target)
    expect(data.unlabelled).toMatchObject({ rows: 2, leftOut: 2 })
    const report = checkData(prepareDataset(data, split, 1))
    expect(report.unlabelled).toEqual({ rows: 2, leftOut: 2 })
    expect(report.warnings.join()).toContain('2 rows of data.unlabelled left out')
    write('colour,a\nred,\n', 'more.csv')
    expect(await rejection(read(labelled, target))).toMatch(
      /^config\.data\.unlabelled: expected rows that the model can predict, got none of .*more\.csv$/,
    )
  })

  it('come from several files, and are part of what identifies the data', async () => {
    write('colour,a\nred,1\n', 'more.csv')
    write('a,colour\n2,blue\n3,red\n', 'others.csv')
    const both = await read(labelled, { target: 'y', unlabelled: ['more.csv', 'others.csv'] })
    expect([...both.unlabelled!.inputs]).toEqual([1, 0, 1, 2, 1, 0, 3, 0, 1])
    const one = await read(labelled, target)
    const none = await read(labelled, { target: 'y' })
    expect(new Set([both.hash, one.hash, none.hash]).size).toBe(3)
    const paths = withPaths({ file: 'a.csv', unlabelled: ['b.csv', 'c.csv'] }, (path) => `x/${path}`)
    expect(paths).toEqual({ file: 'x/a.csv', unlabelled: ['x/b.csv', 'x/c.csv'] })
  })

  it('are windows of a series', async () => {
    write(
      csv('t,y', 30, (i) => [i, i]),
      'a.csv',
    )
    write(
      csv('y,t', 6, (i) => [100 + i, i]),
      'more.csv',
    )
    const data = {
      file: 'a.csv',
      kind: 'series',
      window: 3,
      drop: ['t'],
      target: 'y',
      unlabelled: 'more.csv',
    }
    const { unlabelled } = await readDataset(
      resolveConfig({ data, supernet: { space: 'temporal-conv' } }),
      folder,
    )
    expect([...unlabelled!.inputs]).toEqual([100, 101, 102, 101, 102, 103, 102, 103, 104, 103, 104, 105])
  })

  it('need a teacher, and files', async () => {
    write(labelled)
    write('colour,a\nred,1\n', 'more.csv')
    const trial = (
      retrain: object,
      data: object = { file: join(folder, 'a.csv'), ...target, unlabelled: join(folder, 'more.csv') },
    ) =>
      setupTrial(resolveConfig({ data, supernet: { space: 'mlp-cell' }, retrain }), folder, extensionsIn({}))
    expect(await rejection(trial({ distillation: { share: 0 } }))).toMatch(
      /^config\.data\.unlabelled: expected a teacher .* got retrain\.distillation\.share: 0; remove one of them$/,
    )
    const without = { file: join(folder, 'a.csv'), target: 'y' }
    expect(await rejection(trial({ distillation: { unlabelled: 2 } }, without))).toMatch(
      /^config\.retrain\.distillation\.unlabelled: only beside data\.unlabelled/,
    )
    expect((await trial({})).config.retrain.distillation.unlabelled).toBe(1)
    expect((await trial({}, without)).config.retrain.distillation).not.toHaveProperty('unlabelled')

    const { data, given } = fromRecords(
      [
        { a: 1, y: 2 },
        { a: 2, y: 4 },
      ],
      'y',
    )
    const config = resolveConfig({
      data: { ...data, unlabelled: 'more.csv' },
      supernet: { space: 'mlp-cell' },
    })
    expect(await rejection(readDataset(config, folder, [], given))).toMatch(
      /^config\.data\.unlabelled: only beside/,
    )
  })
})
