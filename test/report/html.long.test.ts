import { parseHTML } from 'linkedom'
import { expect, test } from 'vitest'
import { drawArchitecture } from '../../src/export/dot.js'
import { renderReport } from '../../src/report/html.js'
import { runOf, type SyntheticRun } from './helper.js'

test.each<[string, SyntheticRun]>([
  [
    '60 groups of up to 25 operations',
    { units: [], cells: 15, nodes: 4, edges: 5, gateEvents: 400, epochs: 100 },
  ],
  ['20 groups of 512 units', { units: Array<number>(20).fill(512), cells: 0, gateEvents: 400, epochs: 100 }],
])('stays below 3 MB: %s', async (_, options) => {
  const run = runOf(options)
  const page = renderReport(run, await drawArchitecture(run.architecture!))
  const { document } = parseHTML(page) as unknown as {
    document: { querySelectorAll(selector: string): ArrayLike<unknown> }
  }
  expect(document.querySelectorAll('#gates figure').length).toBeGreaterThanOrEqual(20)
  expect(Buffer.byteLength(page)).toBeLessThan(3_000_000)
})
