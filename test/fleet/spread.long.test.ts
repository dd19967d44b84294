import { readFileSync } from 'node:fs'
import { Queue, Worker } from 'bullmq'
import { Redis } from 'ioredis'
import { describe, expect, test } from 'vitest'
import {
  prefix,
  type AnyAnswer,
  type AnyJob,
  type QueuedJob,
  type TrialJob,
  type TryJob,
} from '../../src/fleet/jobs.js'
import { endedTries, spreading } from '../../src/fleet/spread.js'
import { knownIn } from '../../src/fleet/tries.js'
import type { Tried } from '../../src/planners/trying.js'
import { planning } from './planning.js'
import { redisServer, type Running } from './helper.js'
import { queued } from './queued.js'

test('tries are known up to the first that is missing, wherever they come from', () => {
  const tried = (number: number, error: number): Tried => ({
    generation: 0,
    rung: 0,
    genome: [number],
    steps: 4,
    error,
    cost: 1,
  })
  const answer = (number: number) => ({ number, tried: tried(number, 1), seconds: 1 })
  const saved = [0, 1].map((number) => tried(number, 2))
  const errors = (known: readonly Tried[]) => known.map(({ genome: [number], error }) => [number, error])
  expect(errors(knownIn([answer(1), answer(0), answer(3)], []))).toEqual([
    [0, 1],
    [1, 1],
  ])
  expect(errors(knownIn([answer(2)], saved))).toEqual([
    [0, 2],
    [1, 2],
    [2, 1],
  ])
  expect(knownIn([answer(1)], [])).toEqual([])
})

describe.skipIf(redisServer() === undefined)('tries behind a queue', () => {
  const { at, worker, comparing, results, here, url } = queued()
  const triesOf = ({ told }: Running): string[] => told().match(/seed \d, try \d+(?=: ended)/g) ?? []

  test('are jobs that two workers share, each once, before new trials, to the bytes of one process', async () => {
    const document = planning({ seeds: [1, 2] })
    const workers = [worker(), worker()]
    await Promise.all(workers.map(({ tells }) => tells(/waiting for trials/)))
    expect(await comparing('two', document).ended).toBe(0)
    expect(results('two')).toBe(await here(document))
    const [first, second] = workers.map(triesOf) as [string[], string[]]
    expect(first.length).toBeGreaterThan(0)
    expect(second.length).toBeGreaterThan(0)
    const all = [1, 2].flatMap((seed) => Array.from({ length: 10 }, (_, i) => `seed ${seed}, try ${i + 1}`))
    expect([...first, ...second].sort()).toEqual(all.sort())
    const rows = readFileSync(at('two/trials.jsonl'), 'utf8').trim().split('\n')
    for (const row of rows) expect(JSON.parse(row)).toMatchObject({ failed: null })
  })

  test('are in the queue once, though the trial that put them there was begun again meanwhile', async () => {
    const connection = new Redis(url(), { maxRetriesPerRequest: null })
    const queue = new Queue<AnyJob, AnyAnswer>('by-hand', { prefix, connection })
    const taking = new Worker<AnyJob, AnyAnswer>('by-hand', null, { prefix, connection })
    const take = async (token: string) => (await taking.getNextJob(token)) as QueuedJob
    const { put, weights } = spreading(queue, connection)
    await queue.add('trial', { planned: {}, parcels: [] } as unknown as TrialJob, { jobId: 't-1' })
    const trial = (await take('trial')) as QueuedJob<TrialJob>
    const proposals = [0, 1, 2].map((i) => ({ generation: 0, rung: 0, genome: [i], steps: 4 }))
    const asked = { proposals, first: 0, seconds: 7, weights: Buffer.from('weights') }
    await put(trial, asked)
    // Tries are taken in their order, and before what waits already.
    await queue.add('trial', trial.data, { jobId: 't-2' })
    const first = (await take('first')) as QueuedJob<TryJob>
    expect(first.data).toMatchObject({ number: 0, proposal: proposals[0], warm: { seconds: 7 } })
    const second = await take('second')
    expect(second.id).toBe('t-1-1')
    const { number, proposal } = first.data
    const answer = { number, tried: { ...proposal, error: 0.5, cost: 1 }, seconds: 3 }
    await first.moveToCompleted(answer, 'first', false)
    // One has ended, one is at work, one waits: as a worker finds them that takes the trial over.
    await put(trial, { proposals, first: 0, seconds: 0 })
    expect(await queue.getJobCounts('wait', 'active')).toEqual({ wait: 2, active: 2 })
    expect(await trial.moveToWaitingChildren('trial')).toBe(true)
    expect(await endedTries(trial)).toEqual([answer])
    expect(String(await weights(first.data))).toBe('weights')
    const lost = { ...first.data, warm: { hash: 'f'.repeat(64), seconds: 7 } }
    expect(await weights(lost)).toBeUndefined()
    // The last of them wakes the trial, before others that wait.
    const third = await take('third')
    for (const job of [second, third])
      await job.moveToCompleted(answer, job === second ? 'second' : 'third', false)
    expect((await take('trial')).id).toBe('t-1')
    await taking.close()
    await queue.close()
    connection.disconnect()
  })

  test('that diverge are outcomes, and not tried again', async () => {
    const phases = [{ name: 'all', until: 1, terms: [{ term: 'l1', part: 'gates', lambda: 3 }] }]
    const base = { name: 'base', phases, prune: { from: 0.25, until: 0.75 } }
    const search = { weights: { learningRate: 1e30 } }
    const document = planning({ seeds: [5] }, { base, search })
    const only = worker()
    expect(await comparing('diverging', document).ended).toBe(0)
    expect(results('diverging')).toMatch(/diverge/)
    expect(results('diverging')).toBe(await here(document))
    expect(triesOf(only)).toHaveLength(10)
    expect(only.told().match(/try \d+: begins/g)).toHaveLength(10)
  })

  test('of a trial with stages are made in its own process, to the same bytes', async () => {
    const document = planning(
      { seeds: [6] },
      { stages: [{ schedule: 'none', search: { steps: 8, batch: 32 } }] },
    )
    const only = worker()
    expect(await comparing('staged', document).ended).toBe(0)
    expect(results('staged')).toBe(await here(document))
    expect(only.told()).toMatch(/seed 6: ended/)
    expect(triesOf(only)).toEqual([])
    const row = readFileSync(at('staged/trials.jsonl'), 'utf8')
    expect(JSON.parse(row)).toMatchObject({ failed: null })
  })

  test('leave one worker that does one thing at a time none to wait for, and end before the next trial', async () => {
    const document = planning({ seeds: [3, 4] })
    const only = worker('--metrics-port', '0')
    await only.tells(/waiting for trials/)
    expect(await comparing('one', document).ended).toBe(0)
    expect(results('one')).toBe(await here(document))
    const order = only.told().match(/seed \d(, try \d+)?(?=: ended)/g)!
    const whole = (seed: number) => [
      ...Array.from({ length: 10 }, (_, i) => `seed ${seed}, try ${i + 1}`),
      `seed ${seed}`,
    ]
    expect(order.slice(0, 11)).toEqual(whole(3))
    expect(order.slice(11)).toEqual(whole(4))
    const [, address] = /metrics at (\S+)/.exec(only.told())!
    const metrics = await (await fetch(address!)).text()
    expect(metrics).toMatch(/^sentei_tries_done_total 20$/m)
    expect(metrics).toMatch(/^sentei_trials_done_total 2$/m)
    // A trial that waits needs no worker: one that is asked to end has nothing to finish.
    only.child.kill('SIGTERM')
    expect(await only.ended).toBe(0)
  })
})
