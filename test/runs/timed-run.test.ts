import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { resolveConfig } from '../../src/config/load-config.js'
import { readRunConfig } from '../../src/runs/run-folder.js'
import { timedRun } from '../../src/runs/timed-run.js'
import { temporaryFolder, tinyMlp } from './helper.js'

const folder = temporaryFolder()

const { epochs: _, ...search } = tinyMlp.search
const configOf = (stage: object) =>
  resolveConfig({ ...tinyMlp, search: { ...search, steps: 1_000_000 }, stages: [stage] })

/** Clocks that go on by a millisecond whenever they are read: a step takes one, whatever the machine. */
function evenClocks() {
  let time = 0
  const tick = () => (time += 1)
  return { wall: tick, busy: tick }
}

describe('a run of several searches in a time', () => {
  it('is refused where an earlier search alone takes longer', async () => {
    const config = configOf({ search: { steps: 1_000_000 } })
    const run = timedRun({ config, out: join(folder, 'long'), seconds: 12, clocks: evenClocks() })
    await expect(run).rejects.toThrow(
      /^time: expected at least \d{2,} seconds for 20 steps of this search here, got 12/,
    )
  })

  it('cuts an earlier search without a length of its own with the last', async () => {
    const out = join(folder, 'cut')
    await timedRun({ config: configOf({}), out, seconds: 4, clocks: evenClocks() })
    const { search, stages } = readRunConfig(out)
    expect(search.steps).toBeLessThan(4000)
    expect(search.steps).toBeGreaterThan(100)
    expect(stages![0]!.search).toMatchObject({ steps: search.steps })
  })
})
