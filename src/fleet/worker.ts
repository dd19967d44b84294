import { hostname } from 'node:os'
import { Queue } from 'bullmq'
import type { BackendName } from '../backend/index.js'
import { post, postEvery, posted, withdraw } from './board.js'
import { connect } from './connection.js'
import { noCounts, type WorkerCounts } from './counts.js'
import { identityText, mismatch, queueOf, type Identity } from './identity.js'
import { untilIdle } from './idle.js'
import { prefix, type AnyAnswer, type AnyJob } from './jobs.js'
import type { MetricsSettings } from './metrics.js'
import { processing } from './processing.js'
import type { RedisAddress } from './redis-address.js'
import { trialChild } from './trial-child.js'

export interface WorkerSettings {
  readonly redis: RedisAddress
  /** How many trials run at a time, each in a process of its own. */
  readonly concurrency: number
  readonly backend: BackendName
  /** On wasm: whether trials with `relaxedSimd` are taken; others are not, then. */
  readonly relaxed: boolean
  /** The folder of checkpoints, which all workers see; without it, a trial that is taken over begins anew. */
  readonly shared?: string | undefined
  /** The folder that keeps data. */
  readonly cache: string
  /** Seconds without a sign of life after which a trial is taken over. */
  readonly takeover: number
  /** Seconds with Redis and without a trial after which it ends; without it, it waits for ever. */
  readonly idle?: number | undefined
  /** Where metrics are served, if at all. */
  readonly metrics?: Pick<MetricsSettings, 'port' | 'host'> | undefined
  readonly say: (text: string) => void
  /** Ends the worker: it takes no more trials, and checkpoints or finishes those at hand. */
  readonly signal: AbortSignal
}

/**
 * Runs trials of a queue until the signal aborts, or until none came for too long. Throws a Failure if Redis
 * cannot be reached at the beginning; a later loss is waited out.
 */
export async function serve(settings: WorkerSettings): Promise<void> {
  const { concurrency, backend, relaxed, idle, say, signal } = settings
  const connection = await connect(settings.redis, say)
  const children = Array.from({ length: concurrency }, () => trialChild(say))
  try {
    const identity = await children[0]!.identify(backend, relaxed)
    const name = `${hostname()}/${process.pid}`
    const queue = new Queue<AnyJob, AnyAnswer>(queueOf(identity), { prefix, connection: connection.redis })
    queue.on('error', () => undefined)
    const counts = await countsOf(settings, () => queue.getWaitingCount())
    const { worker, drain, idleMs } = processing(settings, connection, { queue, name, children, counts })
    say(`worker ${name}: ${identityText(identity)}, ${concurrency} at a time; waiting for trials`)
    const refused = new Set<string>()
    const look = async () => {
      await post(connection.redis, 'workers', { name, identity, concurrency })
      for (const each of await posted(connection.redis, 'comparisons'))
        tellRefusal(each, identity, refused, say)
    }
    const looking = setInterval(() => void look().catch(() => undefined), postEvery)
    await look()
    const running = worker.run()
    await (idle === undefined ? aborted(signal) : untilIdle(idle, idleMs, connection.redis, signal))
    if (!signal.aborted) say(`worker ${name}: no trial came for ${idle} s`)
    clearInterval(looking)
    await drain()
    await running
    await withdraw(connection.redis, 'workers', name)
    counts.close()
    say(`worker ${name}: drained`)
  } finally {
    for (const child of children) child.kill()
    connection.close()
  }
}

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })

/** Metrics need a package of their own, which is loaded only for them. */
async function countsOf(
  { metrics, say }: WorkerSettings,
  depth: () => Promise<number>,
): Promise<WorkerCounts> {
  if (!metrics) return noCounts
  const { serveMetrics } = await import('./metrics.js')
  return serveMetrics({ ...metrics, depth, say })
}

/**
 * Says once why the trials of a comparison are not taken here. They stay in a queue that others listen to.
 */
function tellRefusal(
  { name, identity: expected }: { readonly name: string; readonly identity: Identity },
  actual: Identity,
  told: Set<string>,
  say: (text: string) => void,
): void {
  const reason = mismatch(expected, actual)
  if (reason === undefined || told.has(name)) return
  told.add(name)
  say(`refused: comparison ${name}: ${reason}`)
}
