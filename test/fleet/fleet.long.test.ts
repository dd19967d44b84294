import { execFileSync, type ChildProcess } from 'node:child_process'
import { readFileSync, readdirSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { tiny } from '../compare/helper.js'
import { redisServer, until } from './helper.js'
import { queued } from './queued.js'

/** A comparison whose trials take some seconds, with a checkpoint every epoch. */
const slow = (seeds: readonly number[], changes: object = {}) =>
  tiny({
    base: {
      supernet: { space: 'mlp-cell', options: { blocks: 1, width: 6, hidden: 6 } },
      search: { steps: 6000, batch: 32 },
      retrain: { steps: 10, batch: 32 },
    },
    methods: { none: 'none' },
    seeds,
    ...changes,
  })

describe.skipIf(redisServer() === undefined)('trials behind a queue', () => {
  const { at, worker, comparing, results, here, restart } = queued()
  const isSaved = (store: string) => () =>
    readdirSync(at(store), { recursive: true }).some((name) => String(name).endsWith('search'))
  /** The process of a worker that computes. */
  const childOf = ({ pid }: ChildProcess) =>
    Number(execFileSync('pgrep', ['-P', String(pid)], { encoding: 'utf8' }).trim())

  test('are handed on by a worker that is asked to end', async () => {
    const document = slow([1])
    const first = worker('--shared', at('drained'))
    const run = comparing('drain', document)
    await until(isSaved('drained'))
    first.child.kill('SIGTERM')
    expect(await first.ended).toBe(0)
    expect(first.told()).toMatch(/stopped behind a checkpoint; left to others\n.*drained\n$/)
    const second = worker('--shared', at('drained'))
    expect(await run.ended).toBe(0)
    expect(second.told()).toMatch(/goes on from step [1-9]/)
    expect(results('drain')).toBe(await here(document))
  })

  test('are finished first by one that has no folder for checkpoints', async () => {
    const document = slow([2])
    const only = worker()
    const run = comparing('finish', document)
    await only.tells(/begins/)
    only.child.kill('SIGTERM')
    expect(await only.ended).toBe(0)
    expect(only.told()).toMatch(/it is finished first/)
    expect(await run.ended).toBe(0)
    expect(results('finish')).toBe(await here(document))
  })

  test('count once if a worker that was cut off comes back after another took its trial', async () => {
    const document = slow([6, 7])
    const cut = worker('--shared', at('cut'))
    const run = comparing('cut', document)
    await until(isSaved('cut'))
    // It renews no lock, and its process goes on computing, as behind a network that is cut.
    cut.child.kill('SIGSTOP')
    const other = worker('--shared', at('cut'))
    await other.tells(/goes on from step [1-9]/)
    cut.child.kill('SIGCONT')
    expect(await run.ended).toBe(0)
    // Whether it had a result by then or not, it was not taken.
    expect(cut.told()).not.toMatch(/seed 6: ended/)
    expect(other.told()).toMatch(/seed 6: ended/)
    expect(readFileSync(at('cut/trials.jsonl'), 'utf8').match(/\n/g)).toHaveLength(2)
    expect(results('cut')).toBe(await here(document))
  })

  test('go on behind a comparison that is interrupted', async () => {
    const document = slow([8])
    const run = comparing('interrupted', document)
    await run.tells(/0 of 1/)
    run.child.kill('SIGINT')
    expect(await run.ended).toBe(130)
    expect(run.told()).toMatch(/what is in the queue goes on; go on with "sentei compare .* --queue …"/)
    const only = worker()
    await only.tells(/ended after/)
    expect(await comparing('interrupted', document).ended).toBe(0)
    expect(only.told().match(/begins/g)).toHaveLength(1)
    expect(results('interrupted')).toBe(await here(document))
  })

  test('survive a Redis that forgets everything', async () => {
    const document = slow([3, 4])
    const only = worker('--shared', at('forgotten'))
    const run = comparing('forget', document)
    await until(isSaved('forgotten'))
    await restart()
    expect(await run.ended).toBe(0)
    expect(run.told()).toMatch(/the connection is lost; trying again\n.*connected again/)
    expect(only.told()).toMatch(/connected again/)
    expect(results('forget')).toBe(await here(document))
  })

  test('are tried again if their process dies, and are rows if it always does', async () => {
    const document = slow([5])
    const only = worker()
    await only.tells(/waiting for trials/)
    const run = comparing('dies', document)
    for (let time = 1; time <= 3; time++) {
      await only.tells(new RegExp(`(begins[^]*){${time}}`))
      await until(() => childOf(only.child) > 0)
      process.kill(childOf(only.child), 'SIGKILL')
      await only.tells(new RegExp(`(its process died by SIGKILL[^]*){${time}}`))
    }
    expect(await run.ended).toBe(0)
    expect(results('dies')).toContain(
      'no worker could finish it: its process died by SIGKILL; it may need more memory than there is',
    )
  })
})
