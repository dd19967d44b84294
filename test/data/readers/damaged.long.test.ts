import { expect, it } from 'vitest'
import { cases, readDamaged } from './damaged.js'

const each = Math.ceil(1500 / cases.length)

it('1,500 damaged files are told or do no harm, none slowly', async () => {
  const faults: string[] = []
  let read = 0
  let refused = 0
  for (const file of cases) {
    const found = await readDamaged(file, each, 2)
    faults.push(...found.faults)
    read += found.read
    refused += found.refused
  }
  expect(faults).toEqual([])
  expect(read + refused).toBeGreaterThanOrEqual(1500)
  // Kilobytes: 2 GB.
  expect(process.resourceUsage().maxRSS).toBeLessThan(2e6)
})
