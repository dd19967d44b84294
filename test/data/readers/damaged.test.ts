import { expect, it } from 'vitest'
import { cases, readDamaged } from './damaged.js'

/** A sample of `damaged.long.test.ts`. */
it.each(cases.map((each) => [each.name, each] as const))(
  'damage of %s is told or does no harm',
  async (_, each) => {
    expect((await readDamaged(each, 22, 1)).faults).toEqual([])
  },
)

it('takes less than 2 GB', () => {
  expect(process.resourceUsage().maxRSS).toBeLessThan(2e6)
})
