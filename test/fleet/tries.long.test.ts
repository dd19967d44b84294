import { execFileSync } from 'node:child_process'
import { readFileSync, readdirSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { redisServer, until, type Running } from './helper.js'
import { planning } from './planning.js'
import { queued } from './queued.js'

/** A trial whose tries take about a second. */
const slow = (seed: number) => planning({ seeds: [seed] }, { steps: 1500 })

describe.skipIf(redisServer() === undefined)('tries behind a queue', () => {
  const { at, worker, comparing, results, here, restart } = queued()
  /** The numbers of the tries that workers ended, in ascending order. */
  const endedBy = (...workers: readonly Running[]): number[] =>
    workers
      .flatMap(({ told }) => [...told().matchAll(/try (\d+): ended/g)].map(([, number]) => Number(number)))
      .sort((a, b) => a - b)
  const all = Array.from({ length: 10 }, (_, i) => i + 1)

  test('are taken over, and their trial goes on, when a worker is killed in the middle of a rung', async () => {
    const document = slow(1)
    const [killed, other] = [worker(), worker()]
    const run = comparing('killed', document)
    // Both are at a try of the first rung.
    for (const { tells } of [killed, other]) await tells(/try [1-4]: begins/)
    killed.child.kill('SIGKILL')
    await killed.ended
    const cut = [...killed.told().matchAll(/try (\d+): (begins|ended)/g)].at(-1)!
    expect(cut[2]).toBe('begins')
    expect(await run.ended).toBe(0)
    expect(results('killed')).toBe(await here(document))
    expect(other.told()).toContain(`try ${cut[1]}: ended`)
    expect(endedBy(killed, other)).toEqual(all)
  })

  test('and their trial are begun again when the worker is killed that puts them there', async () => {
    const document = slow(2)
    const first = worker()
    const run = comparing('begun', document)
    await first.tells(/planned, seed 2: begins/)
    first.child.kill('SIGKILL')
    const second = worker()
    expect(await run.ended).toBe(0)
    expect(results('begun')).toBe(await here(document))
    expect(endedBy(second)).toEqual(all)
  })

  test('run once, though their comparison is killed among them and started again', async () => {
    const document = slow(3)
    const only = worker()
    const run = comparing('again', document)
    await only.tells(/try 2: begins/)
    run.child.kill('SIGKILL')
    await run.ended
    await only.tells(/try 3: begins/)
    expect(await comparing('again', document).ended).toBe(0)
    expect(results('again')).toBe(await here(document))
    expect(endedBy(only)).toEqual(all)
    expect(readFileSync(at('again/trials.jsonl'), 'utf8').match(/\n/g)).toHaveLength(1)
  })

  test('are left to others by a worker that is asked to end while their trial waits for them', async () => {
    const document = slow(4)
    const first = worker('--shared', at('drained'))
    const run = comparing('drained', document)
    await first.tells(/waits for its tries[^]*try 1: begins/)
    first.child.kill('SIGTERM')
    expect(await first.ended).toBe(0)
    expect(first.told()).toMatch(/try 1: it is finished first\n.*try 1: ended.*\n.*drained\n$/)
    const second = worker('--shared', at('drained'))
    expect(await run.ended).toBe(0)
    expect(results('drained')).toBe(await here(document))
    expect(endedBy(first, second)).toEqual(all)
  })

  test('are tried again if their process dies, and their trial is a row if it always does', async () => {
    const only = worker()
    await only.tells(/waiting for trials/)
    const run = comparing('dies', slow(5))
    for (let time = 1; time <= 3; time++) {
      await only.tells(new RegExp(`(try 2: begins[^]*){${time}}`))
      const [pid] = execFileSync('pgrep', ['-P', String(only.child.pid)], { encoding: 'utf8' }).split('\n')
      process.kill(Number(pid), 'SIGKILL')
      await only.tells(new RegExp(`(its process died by SIGKILL[^]*){${time}}`))
    }
    expect(await run.ended).toBe(0)
    expect(results('dies')).toContain(
      'no worker could finish it: try 2: its process died by SIGKILL; it may need more memory than there is',
    )
    expect(endedBy(only)).toEqual([1, 3, 4])
  })

  test('that a Redis forgot are not computed again if they were saved', async () => {
    const document = slow(6)
    const only = worker('--shared', at('forgotten'))
    const run = comparing('forgotten', document)
    // The fifth try is known to its trial, which saves it, before the sixth is asked for.
    await only.tells(/try 6: begins/)
    await until(() =>
      readdirSync(at('forgotten'), { recursive: true }).some((name) => String(name).endsWith('tries')),
    )
    await restart()
    expect(await run.ended).toBe(0)
    expect(results('forgotten')).toBe(await here(document))
    expect(endedBy(only).filter((number) => number <= 5)).toEqual([1, 2, 3, 4, 5])
  })
})
