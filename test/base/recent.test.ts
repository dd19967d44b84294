import { expect, it } from 'vitest'
import { recent } from '../../src/base/recent.js'

it('forgets what was not used for longest, and says so', () => {
  const gone: string[] = []
  const values = recent<number, string>(2, (value) => gone.push(value))
  values.set(1, 'a')
  values.set(2, 'b')
  expect(values.get(1)).toBe('a')
  values.set(3, 'c')
  expect([values.get(1), values.get(2), values.get(3)]).toEqual(['a', undefined, 'c'])
  values.set(1, 'd')
  values.set(4, 'e')
  expect(gone).toEqual(['b', 'c'])
  expect([values.get(1), values.get(4)]).toEqual(['d', 'e'])
})
