import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { checkComparison } from '../../src/config/check-comparison.js'
import { compare } from '../../src/compare/compare.js'
import { plannedTrials } from '../../src/compare/planned.js'
import { processExecutor } from '../../src/compare/process-executor.js'
import { executorsFor } from '../../src/compare/workers.js'
import { tiny } from './helper.js'

const folder = mkdtempSync(join(tmpdir(), 'sentei-workers-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe('a process that dies', async () => {
  const group = await plannedTrials(checkComparison(tiny({ seeds: [1] })), { folder: '.' })

  /**
   * Runs the trials in processes of a program that dies in some of them, and says how often it was started.
   */
  async function ran(name: string, dies: string) {
    const entry = join(folder, `${name}.mjs`)
    const starts = join(folder, `${name}.starts`)
    writeFileSync(
      entry,
      `import { appendFileSync, readFileSync } from 'node:fs'
appendFileSync(${JSON.stringify(starts)}, 'x')
const starts = readFileSync(${JSON.stringify(starts)}, 'utf8').length
process.on('disconnect', () => process.exit())
process.on('message', ({ question }) => {
  for (const { config, ...place } of question.group) {
    if (${dies}) return process.exit(3)
    process.send({ note: { ...place, figures: null, rows: null, seconds: null, failed: 'tested' } })
  }
  process.send({ answer: 'done' })
})`,
    )
    const executor = processExecutor('.', [], entry)
    const rows = []
    for await (const row of executor.run(group)) rows.push([row.method, row.failed])
    executor.dispose()
    return { rows, starts: readFileSync(starts, 'utf8').length }
  }

  test('once is replaced', async () => {
    const { rows, starts } = await ran('once', `place.method === 'pressed' && starts === 1`)
    expect(rows).toEqual([
      ['none', 'tested'],
      ['pressed', 'tested'],
      ['unpruned', 'tested'],
    ])
    expect(starts).toBe(2)
  })

  test('twice in a trial makes that trial a failure, and the others go on', async () => {
    const { rows, starts } = await ran('twice', `place.method === 'pressed'`)
    expect(rows).toEqual([
      ['none', 'tested'],
      ['pressed', 'its process died twice, the last time with code 3; it may need more memory than there is'],
      ['unpruned', 'tested'],
    ])
    expect(starts).toBe(3)
  })
})

describe('workers', () => {
  const one = tiny({ methods: { none: 'none' }, seeds: [1, 2] })

  test('are counted', async () => {
    await expect(compare({ comparison: one, workers: 0 })).rejects.toThrow(
      'workers: expected integer ≥ 1, got 0',
    )
  })

  test('have no parts of your own', async () => {
    const reader = { name: 'mine', extensions: ['.mine'], read: () => ({ kind: 'none' }) }
    await expect(compare({ comparison: one, workers: 2, readers: [reader as never] })).rejects.toThrow(
      'workers: expected 1 with readers of your own, which other processes do not have, got 2',
    )
  })

  test('are no more than fit into memory', async () => {
    const planned = await plannedTrials(checkComparison(one), { folder: '.' })
    const groups = planned.map((trial) => [trial])
    const given = { folder: '.', extensions: {}, groups, stepBytes: 2 ** 30 }
    expect(() => executorsFor({ ...given, workers: 2, memory: 2 ** 31 })).toThrow(
      'workers: 2 trials at a time need about 2.8 GiB, the machine has 2.0 GiB; take at most 1',
    )
    expect(executorsFor({ ...given, workers: 2, memory: 2 ** 32 })).toHaveLength(2)
    expect(executorsFor({ ...given, workers: undefined, memory: 2 ** 20 })).toHaveLength(1)
  })

  test('stop with the comparison, which keeps what is over', async () => {
    const controller = new AbortController()
    const told: number[] = []
    const seeds = [1, 2, 3, 4, 5, 6]
    const comparing = compare({
      comparison: { ...one, seeds },
      workers: 2,
      signal: controller.signal,
      onProgress: ({ done }) => {
        told.push(done)
        if (done === 1) controller.abort()
      },
    })
    await expect(comparing).rejects.toThrow('interrupted')
    // The other worker may have ended a trial at the same moment.
    expect(told.slice(0, 2)).toEqual([0, 1])
    expect(told.length).toBeLessThan(4)
  })
})
