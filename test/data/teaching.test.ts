import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { resolveConfig } from '../../src/config/load-config.js'
import { prepareDataset } from '../../src/data/prepare-dataset.js'
import { withPaths } from '../../src/data/file-settings.js'
import { subset } from '../../src/data/subset.js'
import { extensionsIn, setupTrial } from '../../src/setup/setup-trial.js'
import { furtherPerRow, isTaught } from '../../src/trial/baseline.js'
import { knownTeacher } from '../../src/trial/known-teacher.js'
import { lessonsOf } from '../../src/trial/teacher.js'
import { csv, rejection, workplace } from './helpers.js'

const { read, write, folder } = workplace()
const split = {
  by: 'random' as const,
  train: 0.6,
  arch: 0,
  validation: 0.2,
  test: 0.2,
  equal: 'together' as const,
}
const numbers = (rows: number) => csv('a,y', rows, (i) => [i, i / 2])
const classes = csv('a,kind', 20, (i) => [i, ['no', 'yes'][i % 2]!])
const named = { target: 'y', teacher: 'said.csv' }

describe('what a teacher of one’s own says', () => {
  it('is read for each row of the file that is kept, by name or by order, and scaled as the targets', async () => {
    const gaps = 'a,y\n1,10\n2,\n3,30\n4,40\n5,50\n'
    const kept = { ...named, missing: 'drop-row' }
    write('row,predicted y\n0,1\n1,2\n2,3\n3,4\n4,5\n', 'said.csv')
    expect([...(await read(gaps, kept)).teaching!.measured]).toEqual([1, 3, 4, 5])
    write('1\n2\n3\n4\n5\n', 'said.csv')
    const dataset = await read(gaps, kept)
    expect([...dataset.teaching!.measured]).toEqual([1, 3, 4, 5])
    expect([...subset(dataset, Uint32Array.of(1, 3)).teaching!.measured]).toEqual([3, 5])

    write(
      csv('y', 20, (i) => [i]),
      'said.csv',
    )
    const whole = await read(numbers(20), named)
    const { teaching, scaler } = prepareDataset(whole, split, 1)
    const [mean, std] = [scaler.target.mean[0]!, scaler.target.std[0]!]
    teaching!.measured.forEach((value, i) => expect(value).toBeCloseTo((i - mean) / std, 5))
    write(
      csv('y', 20, (i) => [i + 1]),
      'said.csv',
    )
    expect((await read(numbers(20), named)).hash).not.toBe(whole.hash)
    expect(withPaths({ file: 'a.csv', teacher: ['b.csv'] }, (path) => `x/${path}`).teacher).toEqual([
      'x/b.csv',
    ])
  })

  it('is a probability for each class, whatever the order of columns, or that of the second of two', async () => {
    const kind = { ...named, target: 'kind' }
    write(
      csv('P(yes),P(no)', 20, () => [0.75, 0.25]),
      'said.csv',
    )
    const both = (await read(classes, kind)).teaching!.measured
    expect([...both.subarray(0, 2)]).toEqual([Math.log(0.25), Math.log(0.75)])
    write(
      csv('p', 20, () => [0.75]),
      'said.csv',
    )
    expect((await read(classes, kind)).teaching!.measured).toEqual(both)
    write(
      csv('no,yes', 20, () => [0, 1]),
      'said.csv',
    )
    expect((await read(classes, kind)).teaching!.measured[0]).toBeCloseTo(Math.log(1e-6), 5)
  })

  it('goes on for unlabelled rows, also where some of these are left out', async () => {
    write('a\n7\n\n9\n', 'more.csv')
    write(
      csv('y', 12, (i) => [i]),
      'said.csv',
    )
    const { teaching, unlabelled } = await read(numbers(10), { ...named, unlabelled: 'more.csv' })
    expect(unlabelled!.rows).toBe(teaching!.unlabelled!.length)
    expect([...teaching!.unlabelled!]).toEqual([10, 11])
  })

  it('says what does not fit', async () => {
    const refusal = async (said: string, text: string, data: object) => {
      write(said, 'said.csv')
      return rejection(read(text, { ...named, ...data }))
    }
    const kind = { target: 'kind' }
    expect(await refusal(numbers(9), numbers(10), {})).toMatch(
      /^config\.data\.teacher: .*said\.csv: expected 10 rows, one for each of data\.file, got 9$/,
    )
    write('a\n1\n', 'more.csv')
    expect(await refusal(numbers(10), numbers(10), { unlabelled: 'more.csv' })).toMatch(
      /expected 11 rows, one for each of data\.file \(10\) and of data\.unlabelled \(1\), got 10$/,
    )
    expect(
      await refusal(
        csv('p,q,r', 10, () => [1, 2, 3]),
        numbers(10),
        {},
      ),
    ).toMatch(/said\.csv: expected a column for each output, as 'y', got columns p, q, r$|as "y"/)
    expect(
      await refusal(
        csv('no,yes', 20, () => [0.9, 0.9]),
        classes,
        kind,
      ),
    ).toMatch(/said\.csv line 2: expected probabilities that sum up to 1, got 1\.8$/)
    expect(
      await refusal(
        csv('no,yes', 20, () => [-1, 2]),
        classes,
        kind,
      ),
    ).toMatch(/line 2, column .no.: expected a probability from 0 to 1, got -1$/)
    expect(
      await refusal(
        csv('y', 10, (i) => [i === 4 ? 'x' : i]),
        numbers(10),
        {},
      ),
    ).toMatch(/line 6, column .y.: expected a number/)
    expect(await rejection(read(numbers(10), { target: 'y', teacher: 'said.model' }))).toMatch(
      /^config\.data\.teacher: expected a file whose name tells its format/,
    )
    expect(await refusal(numbers(10), numbers(10), { kind: 'series', window: 2, horizon: 1 })).toMatch(
      /^config\.data\.teacher: expected rows of a table/,
    )
  })

  it('teaches all that is retrained, in place of the unpruned supernet, and alone', async () => {
    write(numbers(30))
    write('a\n50\n51\n', 'more.csv')
    write(
      csv('y', 32, (i) => [i]),
      'said.csv',
    )
    const at = (name: string) => join(folder, name)
    const data = { file: at('a.csv'), target: 'y', teacher: at('said.csv'), unlabelled: at('more.csv') }
    const trialOf = (distillation: object = {}) =>
      setupTrial(
        resolveConfig({ data, supernet: { space: 'mlp-cell' }, retrain: { distillation } }),
        folder,
        extensionsIn({}),
      )
    const trial = await trialOf()
    expect(isTaught(trial)).toBe(false)
    expect(furtherPerRow(trial)).toBe(1)
    const teacher = knownTeacher(trial)!
    expect(teacher.share).toBeGreaterThan(0)
    expect(teacher.share).toBeLessThanOrEqual(0.5)
    const rows = trial.data.splits.train
    const { taught, further } = await lessonsOf(teacher, trial.data, rows, {
      augmented: false,
      unlabelled: 1,
      random: trial.random,
    })
    const { mean, std } = trial.data.scaler.target
    taught(new Float32Array(), rows).forEach((value, i) =>
      expect(value).toBeCloseTo((rows[i]! - mean[0]!) / std[0]!, 4),
    )
    expect(further).toMatchObject([{ count: 2, perRow: 1 }])
    expect(further[0]!.taught[1]).toBeCloseTo((31 - mean[0]!) / std[0]!, 4)
    expect(further[0]!.targets).toEqual(further[0]!.taught)

    for (const [distillation, got] of [
      [{ share: 0 }, /retrain\.distillation\.share: 0/],
      [{ teachers: 2 }, /retrain\.distillation\.teachers: 2/],
      [{ trees: 0.5 }, /retrain\.distillation\.trees/],
      [{ made: { rows: 1 } }, /retrain\.distillation\.made/],
    ] as const)
      expect(await rejection(trialOf(distillation))).toMatch(got)
  })
})
