import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { PNG } from 'pngjs'
import { expect, test } from 'vitest'
import { draftConfig } from '../../src/draft/draft-config.js'
import { drafted, file, folder, lines } from './helper.js'

/** 800 parts, a label each. */
const parts = (name: string, label: (i: number) => string) =>
  file(`${name}.csv`, `x,z,state\n${lines(800, (i) => `${(i * 37) % 101},${(i * 17) % 53},${label(i)}`)}`)

test('one defect in forty parts is ordered by average precision and decided for by a threshold, and the draft says so', async () => {
  const path = parts('defects', (i) => (i % 40 === 7 ? 'defect' : 'good'))
  const { data, whys, ...sections } = await drafted(path, { target: 'state' })
  expect(data).toMatchObject({ positive: 'defect' })
  expect(sections).toMatchObject({
    objective: { metric: 'average-precision' },
    classes: { threshold: 'f1' },
  })
  expect(whys.find((why) => why.startsWith('objective.metric'))).toBe(
    'objective.metric: 20 of 800 rows are "defect" (2.5 %), which accuracy hardly shows',
  )
  expect(whys.some((why) => why.startsWith('classes.threshold'))).toBe(true)
  expect(sections).toMatchObject({
    supernet: { space: 'mlp-cell', options: { bins: 16 } },
    retrain: { distillation: { trees: 0.9 } },
  })
})

test('a wide table with a rare class gets no bins and no trees', async () => {
  const names = Array.from({ length: 101 }, (_, c) => `x${c}`)
  const row = (i: number) => [...names.map((_, c) => ((i + 1) * (c + 7)) % 101), i % 40 === 7 ? 'bad' : 'ok']
  const path = file('wide.csv', `${names.join()},state\n${lines(800, (i) => row(i).join())}`)
  const sections = await drafted(path, { target: 'state' })
  expect(sections).toMatchObject({ classes: { threshold: 'f1' } })
  expect(sections.supernet).not.toHaveProperty('options')
  expect(sections).not.toHaveProperty('retrain')
})

test.each([
  ['a tenth of the rows is not rare', (i: number) => (i % 10 === 0 ? 'defect' : 'good')],
  ['nineteen rows are too few to choose anything by', (i: number) => (i < 19 ? 'defect' : 'good')],
  ['even classes are not rare, however many they are', (i: number) => `class${i % 20}`],
])('%s', async (_, label) => {
  const { text } = await draftConfig(parts('other', label), { target: 'state', task: 'classification' })
  expect(text()).not.toMatch(/^(objective|classes):/m)
})

test('of several classes, each counts as much as the others in what networks are compared by', async () => {
  const path = parts('several', (i) => (i % 40 === 7 ? 'burnt' : i % 2 === 0 ? 'good' : 'bent'))
  const sections = await drafted(path, { target: 'state' })
  expect(sections).toMatchObject({ objective: { metric: 'average-precision' } })
  expect(sections).not.toHaveProperty('classes')
  expect(sections.data).not.toHaveProperty('positive')
})

test('codes 0 and 1 are classes as well, and an empty label counts as none', async () => {
  const path = parts('codes', (i) => (i % 100 === 3 ? '' : i % 25 === 7 ? '1' : '0'))
  const { data } = await drafted(path, { target: 'state' })
  expect(data).toMatchObject({ positive: '1' })
})

test('folders of images are counted', async () => {
  const root = join(folder, 'images')
  const picture = new PNG({ width: 2, height: 2 })
  picture.data.fill(255)
  const png = PNG.sync.write(picture)
  for (const [name, count] of [
    ['good', 300],
    ['scratch', 20],
  ] as const) {
    mkdirSync(join(root, name), { recursive: true })
    for (let i = 0; i < count; i++) writeFileSync(join(root, name, `${i}.png`), png)
  }
  const { text } = await draftConfig(root, {})
  expect(text()).not.toMatch(/bins|trees:/)
  expect(text()).toMatch(/^ {2}positive: scratch/m)
  expect(text()).toMatch(/^ {2}threshold: f1/m)
})
