import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { Interrupted } from '../../src/base/errors.js'
import { resolveConfig } from '../../src/config/load-config.js'
import type { Event, EventOf } from '../../src/events/types.js'
import { eventsOf } from '../../src/report/history.js'
import { freezeRun } from '../../src/runs/freeze-run.js'
import { readEvents } from '../../src/runs/read-run.js'
import { resumeRun, searchRun } from '../../src/runs/search-run.js'
import { contentOf, temporaryFolder, tinyCells } from './helper.js'
import '../setup/shared.js'
import { tensorCounter } from '../setup/tensors.js'

const folder = temporaryFolder()
const at = (name: string) => join(folder, name)

/** Progressive shrinking: a shallow search leaves two operations of each choice to a deeper one, which decides. */
const shrinking = {
  ...tinyCells,
  supernet: { ...tinyCells.supernet, options: { ...tinyCells.supernet.options, cells: 2 } },
  stages: [
    {
      supernet: { options: { cells: 1 } },
      search: { epochs: 1, batch: 128, evaluateEvery: 2 },
      carry: { keep: 2 },
    },
  ],
}
const config = resolveConfig(shrinking)

async function interrupted(out: string, type: Event['type'], times: number): Promise<void> {
  const controller = new AbortController()
  let seen = 0
  const onEvent = (event: Event) => {
    if (event.type === type && ++seen === times) controller.abort()
  }
  await expect(searchRun({ config, out, onEvent, signal: controller.signal })).rejects.toThrow(Interrupted)
}

describe('a search before the last', () => {
  beforeAll(async () => {
    const newTensors = tensorCounter()
    await searchRun({ config, out: at('whole') })
    expect(newTensors()).toBe(0)
  })

  const carried = (): EventOf<'carried'> => eventsOf(readEvents(at('whole')), 'carried')[0]!

  test.each([
    ['in it', 'earlier', 1],
    ['at its end', 'carried', 1],
    ['in the last one', 'gates', 3],
  ] as const)('goes on to the same bytes where it was interrupted %s', async (_, type, times) => {
    const out = at(`stopped-${type}`)
    await interrupted(out, type, times)
    await resumeRun(out)
    expect(contentOf(out)).toEqual(contentOf(at('whole')))
    const told = (run: string) => readEvents(run).map(({ type }) => type)
    expect(told(out)).toEqual(told(at('whole')))
  })

  test('is frozen along with the last one, and replayed', async () => {
    const { choices } = carried()
    const document = freezeRun(at('whole'))
    await searchRun({ config: resolveConfig({ ...shrinking, schedule: document }), out: at('replayed') })
    const architecture = (run: string) => readFileSync(at(`${run}/architecture.json`), 'utf8')
    expect(architecture('replayed')).toBe(architecture('whole'))
    expect(eventsOf(readEvents(at('replayed')), 'carried')[0]!.choices).toEqual(choices)
    const { stages: _, ...alone } = shrinking
    await expect(
      searchRun({ config: resolveConfig({ ...alone, schedule: document }), out: at('alone') }),
    ).rejects.toThrow('config.stages: expected')
  })
})
