import { Worker } from 'bullmq'
import { checkComparison } from '../src/config/check-comparison.js'
import { plannedTrials } from '../src/compare/planned.js'
import type { TrialRow } from '../src/compare/types.js'
import { connect } from '../src/fleet/connection.js'
import { ownIdentity, queueOf } from '../src/fleet/identity.js'
import { prefix, type TrialJob } from '../src/fleet/jobs.js'
import { queueExecutor } from '../src/fleet/queue-executor.js'
import { redisAddress } from '../src/fleet/redis-address.js'
import { loadEach, redisLoad } from './redis-info.js'

/**
 * What a queue costs: trials that compute nothing, through a real Redis, with the worker in this process.
 * `node dist/bench/fleet.js redis://HOST:PORT [TRIALS] [AT-A-TIME]` prints the milliseconds a trial, and the
 * memory of this process and of Redis on the way, and what a trial costs Redis, by its own counts.
 */
const [url = 'redis://127.0.0.1:6379', count = '10000', atATime = '4'] = process.argv.slice(2)
const connection = await connect(redisAddress(url, { path: 'bench' }), console.error)
const document = {
  sets: { concrete: { data: { source: 'concrete' } } },
  base: { supernet: { space: 'mlp-cell' } },
  methods: { none: 'none' },
  rivals: 'none',
  seeds: [1],
}
const [one] = await plannedTrials(checkComparison(document), { folder: '.' })
const trials = Array.from({ length: Number(count) }, (_, i) => ({ ...one!, key: `trial-${i}`, seed: i }))
const identity = await ownIdentity(one!.config.backend, one!.config.relaxedSimd)

const answer = ({ data: { planned } }: { readonly data: TrialJob }): Promise<TrialRow> => {
  const { key, set, size, method, seed } = planned
  const nothing = { figures: null, rows: null, seconds: null, failed: 'nothing was computed' }
  return Promise.resolve({ key, set, size, method, seed, ...nothing })
}
const worker = new Worker<TrialJob, TrialRow>(queueOf(identity), answer, {
  prefix,
  connection: connection.another(),
  concurrency: Number(atATime),
})
worker.on('error', () => undefined)

const before = await redisLoad(connection.redis)
const executor = queueExecutor({ connection, folder: '.', name: 'bench', say: () => undefined })
const start = performance.now()
let done = 0
for await (const { failed } of executor.run(trials)) {
  if (failed === null) throw new Error('expected the answer of this program, got another')
  done++
  if (done % Math.ceil(trials.length / 10) === 0) await tell()
}
console.log(`${((performance.now() - start) / done).toFixed(2)} ms a trial, ${done} trials`)
const { commands, kilobytes, cpuMs } = loadEach(before, await redisLoad(connection.redis), done)
const each = `${commands.toFixed(1)} commands, ${kilobytes.toFixed(1)} kB, ${cpuMs.toFixed(2)} ms of CPU time`
console.log(`Redis: ${each} a trial`)
await worker.close(true)
executor.dispose()

async function tell(): Promise<void> {
  ;(globalThis as { gc?: () => void }).gc?.()
  const [, redis] = /used_memory:(\d+)/.exec(await connection.redis.info('memory'))!
  const heap = process.memoryUsage().heapUsed
  console.log(
    `${done} done: heap ${(heap / 2 ** 20).toFixed(0)} MB, Redis ${(Number(redis) / 2 ** 20).toFixed(1)} MB`,
  )
}
