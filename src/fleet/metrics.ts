import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client'
import { Failure } from '../base/errors.js'
import { inTime } from './bell.js'
import type { WorkerCounts } from './counts.js'

export interface MetricsSettings {
  /** 0 takes any free port. */
  readonly port: number
  readonly host: string
  /** How many trials and tries wait in the queue now. */
  readonly depth: () => Promise<number>
  /** Told the address once it listens. */
  readonly say: (text: string) => void
}

/**
 * Serves counts at `/metrics` in the format of Prometheus, with those of the process itself (heap, CPU, lag
 * of the event loop), and at `/health` whether the process answers. Throws a Failure if the port is taken.
 */
export async function serveMetrics({ port, host, depth, say }: MetricsSettings): Promise<WorkerCounts> {
  const registers = [new Registry()]
  const [registry] = registers as [Registry]
  collectDefaultMetrics({ register: registry })
  const counter = (name: string, help: string) =>
    new Counter({ name: `sentei_${name}_total`, help, registers })
  const done = counter('trials_done', 'trials that ended with a result')
  const failed = counter('trials_failed', 'trials that ended with the reason why they failed')
  const tried = counter('tries_done', 'tries of planners that ended')
  const broken = counter('trials_broken', 'runs of trials whose process died or whose machine failed them')
  const stalled = counter(
    'trials_stalled',
    'trials and tries found without a sign of life, and given to another worker',
  )
  const seconds = new Histogram({
    name: 'sentei_trial_seconds',
    help: 'seconds of trials on this worker',
    buckets: [1, 3, 10, 30, 100, 300, 1000, 3000, 10_000],
    registers,
  })
  new Gauge({
    name: 'sentei_queue_depth',
    help: 'trials and tries that wait in the queue',
    registers,
    async collect() {
      // While Redis is away, the depth is unknown, and the other figures count all the more.
      this.set(await inTime(depth(), NaN))
    },
  })
  const server = createServer((request, response) => {
    // Redis is not asked: a worker that waits for it must not be ended for that.
    if (request.url === '/health') return void response.writeHead(200).end('ok\n')
    if (request.url !== '/metrics') return void response.writeHead(404).end()
    registry.metrics().then(
      (text) => response.writeHead(200, { 'content-type': registry.contentType }).end(text),
      (error: Error) => response.writeHead(500).end(error.message),
    )
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', ({ message }) =>
      reject(new Failure(`--metrics-port: cannot listen (${message}); choose another one`)),
    )
    server.listen(port, host, resolve)
  })
  const { address, port: taken } = server.address() as AddressInfo
  say(`metrics at http://${address.includes(':') ? `[${address}]` : address}:${taken}/metrics`)
  return {
    ended(took, hasFailed) {
      seconds.observe(took)
      if (hasFailed) failed.inc()
      else done.inc()
    },
    tried: () => tried.inc(),
    broken: () => broken.inc(),
    stalled: () => stalled.inc(),
    close: () => void server.close().closeAllConnections(),
  }
}
