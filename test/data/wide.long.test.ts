import { expect, it } from 'vitest'
import { checkData } from '../../src/data/check-data.js'
import { prepareData } from '../../src/data/prepare.js'
import { csv, workplace } from './helpers.js'

const { config, folder, write } = workplace()

it('reads, splits and checks 200,000 columns within 30 seconds of the processor', async () => {
  const columns = Array.from({ length: 200_000 }, (_, c) => c)
  const header = `${columns.map((c) => `c${c}`).join(',')},y`
  write(csv(header, 20, (i) => [...columns.map((c) => (i * c) % 7), i + 0.5]))
  const start = process.cpuUsage()
  const report = checkData(await prepareData(config({ target: 'y' }), folder))
  const { user, system } = process.cpuUsage(start)
  expect(report.shape).toEqual([200_000])
  expect(report.constant.length).toBeGreaterThan(20_000)
  expect(report.warnings.every((warning) => warning.length < 2000)).toBe(true)
  expect((user + system) / 1e6).toBeLessThan(30)
})
