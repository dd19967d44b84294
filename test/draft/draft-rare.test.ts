import { expect, test } from 'vitest'
import { draftConfig } from '../../src/draft/draft-config.js'
import { csv, workplace } from '../data/helpers.js'

const { write, read } = workplace()
const draft = async (supplier: (i: number) => string) => {
  const text = csv('x,supplier,y', 900, (i) => [(i * 37) % 101, supplier(i), (i * 17) % 211])
  const { choices } = await draftConfig(write(text), { target: 'y' })
  const chosen = (key: string) => choices.find((choice) => choice.key.join('.') === `data.${key}`)
  return { text, rare: chosen('rare'), drop: chosen('drop') }
}

test('suppliers of fewer than five parts share an input, and more than 200 suppliers are no refusal', async () => {
  // Every third part is of a supplier of its own: 300 of them beside a, b and c.
  const many = await draft((i) => (i % 3 === 0 ? `s${i}` : 'abc'[Math.floor(i / 3) % 3]!))
  expect(many.drop).toBeUndefined()
  expect(many.rare).toMatchObject({
    value: 5,
    why: 'rare and new categories share one input: 300 of supplier',
  })
  const { features } = await read(many.text, { target: 'y', rare: 5 })
  expect(features).toEqual(['x', 'supplier=a', 'supplier=b', 'supplier=c', 'supplier other'])
})

test('nothing is folded where nothing is rare, or where the rare ones are too few to learn from', async () => {
  expect((await draft((i) => 'abc'[i % 3]!)).rare).toBeUndefined()
  expect((await draft((i) => (i < 4 ? `s${i}` : 'abc'[i % 3]!))).rare).toBeUndefined()
})

test('a column of names, of which few repeat, is no input', async () => {
  const { drop, rare } = await draft((i) => (i % 3 === 0 ? 'abc'[i % 9 === 0 ? 0 : 1]! : `s${i}`))
  expect(drop).toMatchObject({ value: ['supplier'] })
  expect(rare).toBeUndefined()
})
