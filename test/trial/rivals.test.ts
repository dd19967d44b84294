import { describe, expect, it } from 'vitest'
import { randomSource } from '../../src/base/random.js'
import { Interrupted } from '../../src/base/errors.js'
import { rivalTexts } from '../../src/report/rivals.js'
import { compete } from '../../src/trial/rivals/compete.js'
import { constant } from '../../src/trial/rivals/constant.js'
import { planFor, trees } from '../../src/trial/rivals/trees.js'
import { runTrial } from '../../src/trial/trial.js'
import { madeData, onePhase, tinyMlp, trialOf, vectorData } from '../helpers/trials.js'

const pause = () => Promise.resolve()
const random = randomSource(3)
const some = Uint32Array.of(0)
const numbers = (targets: readonly number[]) =>
  madeData({
    shape: [1],
    task: { kind: 'regression', outputs: ['y'] },
    rows: { train: 3, arch: 2, validation: 1 },
    row: (input, i) => ((input[0] = i), targets[i]!),
  })

describe('the constant', () => {
  const data = numbers([1, 2, 3, 4, 90, 1000])
  it.each([
    ['rmse', 20],
    ['mae', 3],
    ['r2', 20],
  ] as const)('is by %s the mean or the median of the rows learnt from: %f', async (metric, expected) => {
    const { predict, size } = (await constant.fit({ data, metric, random }, pause))!
    expect(Array.from(predict(some))).toEqual([expected])
    expect(size).toEqual({ parameters: 1 })
  })

  it('is the classes’ frequencies as logits', async () => {
    const classes = madeData({
      shape: [1],
      task: { kind: 'classification', classes: ['a', 'b'] },
      rows: { train: 4, validation: 1 },
      row: (_, i) => (i === 0 ? 1 : 0),
    })
    const fitted = await constant.fit({ data: classes, metric: 'accuracy', random }, pause)
    const [a, b] = Array.from(fitted!.predict(some)).map((x) => Math.exp(x))
    expect([a, b]).toEqual([expect.closeTo(4 / 6, 12), expect.closeTo(2 / 6, 12)])
  })
})

describe('trees', () => {
  it('are bounded by counts, whatever the data', () => {
    expect(planFor({ rows: 500, features: 8, width: 1 })).toMatchObject({ rows: 500, rounds: 1000 })
    expect(planFor({ rows: 500, features: 513, width: 1 })).toBeUndefined()
    expect(planFor({ rows: 5000, features: 512, width: 100 })).toBeUndefined()
    const { rows, rounds } = planFor({ rows: 1e6, features: 20, width: 1 })!
    expect(rows).toBeLessThan(1e5)
    expect(rows).toBeGreaterThan(2e4)
    expect(rounds).toBeGreaterThanOrEqual(200)
    expect(rounds * rows * 20 * 3).toBeLessThan(6e8)
  })

  it('learn a step that no line has, the same each time', async () => {
    const data = madeData({
      shape: [2],
      task: { kind: 'regression', outputs: ['y'] },
      rows: { train: 200, validation: 50, test: 50 },
      row(input, i) {
        input.set([(i * 37) % 100, (i * 53) % 100])
        return input[0]! < 50 === input[1]! < 30 ? 1 : -1
      },
    })
    const fit = () => trees.fit({ data, metric: 'rmse', random }, pause)
    const [one, two] = [(await fit())!, (await fit())!]
    const said = one.predict(data.splits.test)
    data.splits.test.forEach((row, i) => expect(Math.abs(said[i]! - data.targets[row]!)).toBeLessThan(0.2))
    expect(two.predict(data.splits.test)).toEqual(said)
    expect(two.size).toEqual(one.size)
    expect(one.size.nodes).toBeGreaterThan(7)
  })
})

describe('trees of other objectives', () => {
  it('fit the median where the absolute error is trained or chosen by', async () => {
    // Each side has a fifth of its rows far away.
    const data = madeData({
      shape: [1],
      task: { kind: 'regression', outputs: ['y'] },
      rows: { train: 200, validation: 100, test: 100 },
      row(input, i) {
        input[0] = i % 2
        return (i % 2 === 0 ? -1 : 1) + (Math.floor(i / 2) % 5 === 0 ? 20 : 0)
      },
    })
    const errors = async (more: object) => {
      const { predict } = (await trees.fit({ data, metric: 'rmse', random, ...more }, pause))!
      const said = predict(data.splits.test)
      return (
        [...data.splits.test].reduce((sum, row, i) => sum + Math.abs(said[i]! - data.targets[row]!), 0) / 100
      )
    }
    // 20 in a fifth of the rows is 4 in the mean; the mean of a side is 4 away from four fifths of its rows.
    expect(await errors({ task: 'mae' })).toBeCloseTo(4, 1)
    expect(await errors({ metric: 'mae' })).toBeCloseTo(4, 1)
    expect(await errors({})).toBeCloseTo(0.8 * 4 + 0.2 * 16, 1)
  })

  it('weigh classes as the network does, and give the data’s probabilities', async () => {
    const made = madeData({
      shape: [1],
      task: { kind: 'classification', classes: ['common', 'rare'] },
      rows: { train: 400, validation: 200, test: 100 },
      row(input, i) {
        input[0] = i % 2
        return i % 2 === 1 && i % 5 === 0 ? 1 : 0
      },
    })
    const data = { ...made, emphasis: { weights: [0.6, 5], priors: [0.6, 5] } }
    const { predict } = (await trees.fit({ data, metric: 'cross-entropy', random }, pause))!
    const [even, odd] = [0, 1].map((row) => {
      const [a, b] = Array.from(predict(Uint32Array.of(row)))
      return 1 / (1 + Math.exp(a! - b!))
    })
    // A fifth of the odd rows are rare, none of the even ones.
    expect(even).toBeLessThan(0.01)
    expect(odd).toBeCloseTo(0.2, 1)
  })
})

describe('a trial', () => {
  const data = vectorData({ train: 60, validation: 20, test: 20 })
  const settings = {
    schedule: onePhase([{ term: 'l1', part: 'gates', lambda: 0.5 }]),
    search: { epochs: 1, batch: 16 },
    retrain: { epochs: 3, batch: 16 },
  }
  const asking = () => trialOf(data, tinyMlp(), { ...settings, rivals: ['constant', 'trees'] })

  it('has rivals in its metrics where the configuration asks for them, and is else the same', async () => {
    const emit = () => undefined
    const found = await runTrial(asking(), { emit })
    const { rivals, ...rest } = found.metrics
    expect((await runTrial(trialOf(data, tinyMlp(), settings), { emit })).metrics).toEqual(rest)
    expect(rivals!.map(({ name }) => name)).toEqual(['constant', 'trees'])
    expect(await compete(asking(), {}, found.measured)).toEqual(rivals)
    const mean = (rows: Uint32Array, of: (y: number) => number) =>
      [...rows].reduce((sum, row) => sum + of(data.targets[row]!), 0) / rows.length
    const middle = mean(data.splits.train, (y) => y)
    const deviation = Math.sqrt(mean(data.splits.test, (y) => (y - middle) ** 2))
    expect(rivals![0]!.test).toBeCloseTo(deviation, 10)
    const { difference, interval } = rivals![0]!.noise.test!
    expect(difference!.value).toBeCloseTo(found.metrics.test.final! - deviation, 10)
    expect(interval![0]).toBeLessThan(deviation)
    expect(interval![1]).toBeGreaterThan(deviation)
  })

  it('lets rivals decide for a rare class by a threshold of their own, if the network does', async () => {
    // A fifth of the odd rows are rare: nobody decides for them who takes the more probable class.
    const rare = madeData({
      shape: [5],
      task: { kind: 'classification', classes: ['common', 'rare'], positive: 'rare' },
      rows: { train: 400, validation: 200, test: 100 },
      row(input, i) {
        input[0] = i % 2
        return i % 2 === 1 && i % 5 === 0 ? 1 : 0
      },
    })
    const f1 = async (classes?: object) => {
      const trial = trialOf(rare, tinyMlp(), { rivals: ['trees'], ...(classes && { classes }) })
      const [found] = (await compete({ ...trial, metric: 'f1' }, {}, { validation: null, test: null }))!
      return found!.test
    }
    expect(await f1()).toBe(0)
    // Of fifty odd rows ten are rare: precision 0.2, recall 1.
    expect(await f1({ threshold: 'f1' })).toBeCloseTo((2 * 0.2) / 1.2, 10)
  })

  it('stops at a signal while rivals are trained', async () => {
    const measured = (await runTrial(trialOf(data, tinyMlp(), settings), { emit: () => undefined })).measured
    await expect(compete(asking(), { signal: AbortSignal.abort() }, measured)).rejects.toThrow(Interrupted)
  })
})

describe('what rivals say', () => {
  const on = (value: number, low: number, high: number) => ({
    interval: [3, 5] as const,
    difference: { value, interval: [low, high] as const },
  })
  const rival = (name: string, validation: object, test: object) => ({
    name,
    validation: 4,
    test: 4.2,
    noise: { validation, test },
  })
  it.each([
    ['worse by both splits', 'rmse', on(1, 0.5, 1.5), on(1, 0.4, 1.6), true],
    ['perhaps worse on test', 'rmse', on(1, 0.5, 1.5), on(1, -0.1, 2), false],
    ['better', 'rmse', on(-1, -1.5, -0.5), on(-1, -2, -0.5), false],
    ['less accurate by both', 'accuracy', on(-0.1, -0.2, -0.05), on(-0.1, -0.2, -0.05), true],
    ['more accurate', 'accuracy', on(0.1, 0.05, 0.2), on(0.1, 0.05, 0.2), false],
  ])('where the network is %s: %s', (_, metric, validation, test, prefers) => {
    const texts = rivalTexts({ metric, rivals: [rival('trees', validation, test)] })
    expect(texts.some((text) => text.startsWith('this data prefers trees'))).toBe(prefers)
  })

  it('gives figures, and names a network that is no better than a constant', () => {
    const trees = rival('trees', on(1, 0.5, 1.5), on(1, 0.4, 1.6))
    expect(rivalTexts({ metric: 'rmse', rivals: [trees] })).toEqual([
      'this data prefers trees: its test rmse is 4.2, network minus rival +1 [+0.4, +1.6]',
    ])
    const same = rival('constant', on(-1, -2, -0.5), on(-0.1, -0.5, 0.3))
    expect(rivalTexts({ metric: 'rmse', rivals: [same] })[0]).toMatch(
      /not better than a constant beyond chance/,
    )
    const behind = rival('constant', on(-1, -2, -0.5), on(-1, -2, -0.5))
    expect(rivalTexts({ metric: 'rmse', rivals: [behind] })).toEqual([])
  })

  it('names trees that were asked for and are not for the data, but not in runs of before there were rivals', () => {
    const behind = rival('constant', on(-1, -2, -0.5), on(-1, -2, -0.5))
    expect(rivalTexts({ metric: 'rmse', rivals: [behind] }, ['constant', 'trees'])).toEqual([
      'boosted trees are left out: they are for rows of up to 512 numbers, and so few outputs that 20 rounds take seconds',
    ])
    expect(rivalTexts({ metric: 'rmse' }, ['constant', 'trees'])).toEqual([])
  })
})
