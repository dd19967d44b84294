import { expect, test } from 'vitest'
import { fateOf, killed } from './fates.js'

const told = [
  { worker: 0, at: 1, text: 'a: begins' },
  { worker: 1, at: 2, text: 'b: begins' },
  { worker: 0, at: 3000, text: killed },
  { worker: 1, at: 4000, text: 'b: ended after 4 s' },
  { worker: 1, at: 5000, text: 'a: begins' },
  { worker: 1, at: 5001, text: 'a: goes on from step 64' },
]

test('a trial at work goes on, or is begun again by somebody, from where it was saved', () => {
  expect(fateOf(told, 2999)).toBe('a on 0: begun again by 1 after 2.0 s, from step 64; b on 1: went on')
  expect(fateOf(told, 2999, 1)).toBe('b on 1: went on')
})

test('a worker that is dead, or is done, has nothing at work', () => {
  expect(fateOf(told, 3500, 0)).toBe('nothing')
  expect(fateOf(told, 4500)).toBe('nothing')
})
