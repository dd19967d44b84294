import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Queue } from 'bullmq'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { compare } from '../../src/compare/compare.js'
import { resultsCsv } from '../../src/compare/rows-csv.js'
import { ownIdentity, queueOf } from '../../src/fleet/identity.js'
import { prefix } from '../../src/fleet/jobs.js'
import { tiny } from '../compare/helper.js'
import { freePort, redisServer, startRedis, until, workplace } from './helper.js'

const { folder, start, file, end, clean } = workplace()
const at = (...names: string[]) => join(folder, ...names)
const results = (out: string) => readFileSync(at(out, 'results.csv'), 'utf8')
const lines = (out: string) => readFileSync(at(out, 'trials.jsonl'), 'utf8').split('\n').length - 1

/** A comparison of a file of one's own: its data must travel. */
const own = (changes: object = {}) =>
  tiny({ sets: { own: { data: { file: 'table.csv', target: 'y', task: 'regression' } } }, ...changes })

describe.skipIf(redisServer() === undefined)('trials behind a queue', () => {
  let redis: ChildProcess
  let url: string

  beforeAll(async () => {
    const port = await freePort()
    redis = await startRedis(port)
    url = `redis://127.0.0.1:${port}`
    const rows = Array.from({ length: 150 }, (_, i) => [i % 17, (i * 7) % 23, (i % 17) * 2 + ((i * 7) % 23)])
    writeFileSync(at('table.csv'), `a,b,y\n${rows.map((row) => row.join()).join('\n')}\n`)
  })

  afterAll(async () => {
    clean()
    redis.kill('SIGKILL')
    await once(redis, 'exit')
  })

  afterEach(end)

  const worker = (name: string, ...args: string[]) =>
    start(['worker', '--redis', url, '--cache', at(`cache-${name}`), '--takeover', '2', ...args])

  /** The results of the same comparison in this process. */
  const here = async (comparison: object) =>
    resultsCsv((await compare({ comparison, folder, workers: 1 })).rows)

  test('give the bytes of one process, by two workers, and after the comparison was killed', async () => {
    const document = file('six.json', own())
    const workers = [worker('a'), worker('b')]
    await Promise.all(workers.map(({ tells }) => tells(/waiting for trials/)))
    const args = ['compare', document, '--out', at('six'), '--queue', url]
    const killed = start(args)
    await killed.tells(/1 of 6 trials/)
    killed.child.kill('SIGKILL')
    await killed.ended
    const again = start(args)
    expect(await again.ended).toBe(0)
    expect(results('six')).toBe(await here(own()))
    // Nothing was kept twice, and nothing is left.
    expect(lines('six')).toBe(6)
    for (const { child } of workers) child.kill('SIGTERM')
    expect(await Promise.all(workers.map(({ ended }) => ended))).toEqual([0, 0])
    // Each has the file once, under its name, in a folder named by its content.
    for (const name of ['cache-a', 'cache-b'])
      expect(readdirSync(at(name), { recursive: true }).map(String).sort()).toEqual([
        expect.stringMatching(/^[0-9a-f]{32}$/),
        expect.stringMatching(/^[0-9a-f]{32}.table\.csv$/),
      ])
  })

  test('are left alone by a worker that computes something else, which says why', async () => {
    const other = worker('e', '--backend', 'cpu')
    await other.tells(/waiting for trials/)
    const one = own({ methods: { none: 'none' }, seeds: [3] })
    const comparing = start(['compare', file('one.json', one), '--out', at('one'), '--queue', url])
    await comparing.tells(/the trials wait for a worker that is sentei .* on wasm/)
    expect(comparing.told()).toMatch(/worker .* is refused: expected .* on wasm.*, got .* on cpu/)
    await other.tells(/refused: comparison .*one\.json.*start a worker with --backend wasm/)
    // The trial waits, and nobody has begun it.
    const expected = await ownIdentity('wasm', false)
    const queue = new Queue(queueOf(expected), { prefix, connection: { url } })
    const [waiting, ...others] = await queue.getWaiting()
    expect(waiting).toMatchObject({ attemptsMade: 0, attemptsStarted: 0 })
    expect(others).toEqual([])
    await queue.close()
    worker('g')
    expect(await comparing.ended).toBe(0)
    expect(results('one')).toBe(await here(one))
  })

  test('that fail by an error of their own are rows, as in one process, and are not tried again', async () => {
    const failing = own({
      methods: { none: 'none', broken: { schedule: 'none', search: { weights: { learningRate: 1e30 } } } },
      seeds: [1],
    })
    const document = file('failing.json', failing)
    const comparing = start(['compare', document, '--out', at('failing'), '--queue', url])
    await comparing.tells(/the trials wait for a worker/)
    const idle = worker('f', '--idle', '2')
    expect(await comparing.ended).toBe(0)
    expect(await idle.ended).toBe(0)
    expect(idle.told()).toMatch(/ended after [^]*no trial came for 2 s[^]*drained/)
    const expected = await here(failing)
    expect(expected).toMatch(/diverge/)
    expect(results('failing')).toBe(expected)
  })

  test('are taken over from their checkpoint when their worker is killed', async () => {
    const long = own({
      base: {
        supernet: { space: 'mlp-cell', options: { blocks: 1, width: 6, hidden: 6 } },
        search: { steps: 6000, batch: 32 },
        retrain: { steps: 10, batch: 32 },
      },
      methods: { none: 'none' },
      seeds: [1],
    })
    const shared = ['--shared', at('shared')]
    const first = worker('c', ...shared)
    const comparing = start(['compare', file('long.json', long), '--out', at('long'), '--queue', url])
    await until(() =>
      readdirSync(folder, { recursive: true }).some((name) => /shared.*search$/.test(String(name))),
    )
    first.child.kill('SIGKILL')
    const second = worker('d', ...shared)
    expect(await comparing.ended).toBe(0)
    expect(second.told()).toMatch(/goes on from step [1-9]/)
    expect(results('long')).toBe(await here(long))
    // A trial that is over needs no checkpoint.
    expect(readdirSync(at('shared'))).toEqual([])
  })
})
