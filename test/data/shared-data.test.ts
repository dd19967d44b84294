import { describe, expect, it } from 'vitest'
import { checkData } from '../../src/data/check-data.js'
import { hasShared, sharedFile } from '../helpers/shared.js'
import { readingPlace } from './readers/helpers.js'

/** Data sets that are no part of the checkout lie beside it. */
describe.runIf(hasShared('datasets'))('real files (skipped where ../shared/datasets is not there)', () => {
  const { prepare } = readingPlace()
  const at = (path: string) => sharedFile('datasets', path)

  it('reads cycles of four sensors, a file each', async () => {
    const folder = at('timeseries/hydraulic')
    const names = ['TS1', 'TS2', 'TS3', 'TS4']
    const channels = Object.fromEntries(names.map((name) => [name, `${folder}/${name}.txt.gz`]))
    const options = { delimiter: '\t', header: false, targetFile: `${folder}/profile.txt.gz`, target: 0 }
    const split = { by: 'block', block: 50 }
    const report = checkData(await prepare({ channels, ...options }, split))
    expect([report.rows, ...report.shape]).toEqual([2205, 60, 4])
    expect(report.classes!.map(({ name }) => name)).toEqual(['3', '20', '100'])
  })

  it('reads inputs and targets from files of their own', async () => {
    const part = (name: string) => ({
      file: at(`tabular/airbnb_X_${name}.csv.gz`),
      targetFile: at(`tabular/airbnb_y_${name}.csv.gz`),
    })
    const report = checkData(await prepare({ ...part('train'), test: part('test'), targetHeader: false }))
    expect(report.shape).toEqual([16])
    expect(report.splits.test).toBe(4500)
  })
})
