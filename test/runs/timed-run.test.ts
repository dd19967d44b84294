import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { useBackend } from '../../src/backend/index.js'
import { resolveConfig } from '../../src/config/load-config.js'
import { readRunConfig } from '../../src/runs/run-folder.js'
import { timedRun } from '../../src/runs/timed-run.js'
import { temporaryFolder, tinyMlp } from './helper.js'

const folder = temporaryFolder()
beforeAll(() => useBackend('wasm'))

const { epochs: _, ...search } = tinyMlp.search
const configOf = (stage: object) =>
  resolveConfig({ ...tinyMlp, search: { ...search, steps: 1_000_000 }, stages: [stage] })

describe('a run of several searches in a time', () => {
  it('is refused where an earlier search alone takes longer', async () => {
    const config = configOf({ search: { steps: 1_000_000 } })
    const run = timedRun({ config, out: join(folder, 'long'), seconds: 12 })
    await expect(run).rejects.toThrow(
      /^time: expected at least \d{2,} seconds for 20 steps of this search here, got 12/,
    )
  })

  it('cuts an earlier search without a length of its own with the last', async () => {
    const out = join(folder, 'cut')
    await timedRun({ config: configOf({}), out, seconds: 12 })
    const { search, stages } = readRunConfig(out)
    expect(search.steps).toBeLessThan(1_000_000)
    expect(stages![0]!.search).toMatchObject({ steps: search.steps })
  })
})
