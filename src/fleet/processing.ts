import { WaitingChildrenError, WaitingError, Worker, type Queue } from 'bullmq'
import { formatSeconds } from '../report/format.js'
import { folderStore } from './checkpoint-store.js'
import type { Connection } from './connection.js'
import type { WorkerCounts } from './counts.js'
import { isTry, jobText, prefix, takeovers, type AnyAnswer, type AnyJob, type QueuedJob } from './jobs.js'
import { running } from './running.js'
import type { TrialChild } from './trial-child.js'

export interface ProcessingSettings {
  readonly shared?: string | undefined
  readonly cache: string
  readonly takeover: number
  readonly say: (text: string) => void
}

export interface ProcessingParts {
  readonly queue: Queue<AnyJob, AnyAnswer>
  /** The name of the worker. */
  readonly name: string
  /** One for each trial at a time. */
  readonly children: readonly TrialChild[]
  readonly counts: WorkerCounts
}

/**
 * Takes trials and tries from a queue and runs them in processes. The worker is not started yet. A trial that
 * asks for tries leaves its place to them. `drain` takes no more, and waits for those at hand: searches with
 * a folder of checkpoints stop and go back into the queue, others are finished. `idleMs` tells for how long
 * it has had nothing to do.
 */
export function processing(
  settings: ProcessingSettings,
  { redis, another }: Connection,
  { queue, name, children, counts }: ProcessingParts,
) {
  const { shared, takeover, say } = settings
  const store = shared === undefined ? undefined : folderStore(shared)
  const free = [...children]
  const atWork = new Map<TrialChild, QueuedJob>()
  let idleSince = performance.now()
  let draining = false
  const stops = ({ data }: QueuedJob) =>
    store !== undefined && data.planned.rival === undefined && !isTry(data)
  const work = running(settings, redis, { queue, name })
  const run = async (job: QueuedJob, token?: string, signal?: AbortSignal): Promise<AnyAnswer> => {
    const child = free.pop()!
    const kill = () => child.kill()
    const place = jobText(job.data)
    atWork.set(child, job)
    say(`${place}: begins`)
    signal?.addEventListener('abort', kill)
    try {
      const answer = await work(job, child, token!, () => draining && stops(job)).catch((error: unknown) => {
        counts.broken()
        say(`${place}: ${(error as Error).message}`)
        throw error
      })
      if (answer === 'stopped') {
        say(`${place}: stopped behind a checkpoint; left to others`)
        await job.moveToWait(token)
        throw new WaitingError()
      }
      if (answer === 'waits') {
        say(`${place}: waits for its tries`)
        throw new WaitingChildrenError()
      }
      return answer
    } finally {
      signal?.removeEventListener('abort', kill)
      atWork.delete(child)
      idleSince = performance.now()
      free.push(child)
    }
  }
  const worker = new Worker<AnyJob, AnyAnswer>(queue.name, run, {
    name,
    prefix,
    connection: another(),
    autorun: false,
    concurrency: children.length,
    lockDuration: takeover * 1000,
    stalledInterval: takeover * 500,
    maxStalledCount: takeovers,
  })
  // A lost connection is told elsewhere, and what else goes wrong in the queue is tried again.
  worker.on('error', () => undefined)
  worker.on('stalled', () => counts.stalled())
  worker.on('lockRenewalFailed', (ids) => {
    for (const [child, job] of atWork) {
      if (!ids.includes(job.id!)) continue
      say(`${jobText(job.data)}: no sign of life reached Redis for too long; left to others`)
      if (!worker.cancelJob(job.id!)) child.kill()
    }
  })
  // Only results that Redis took are told: without the lock, another worker has the trial.
  worker.on('completed', ({ id, data, processedOn, finishedOn }, answer) => {
    const seconds = (finishedOn! - processedOn!) / 1000
    say(`${jobText(data)}: ended after ${formatSeconds(seconds)}`)
    if (!('failed' in answer)) return counts.tried()
    counts.ended(seconds, answer.failed !== null)
    void store?.remove(id!).catch(() => undefined)
  })
  const drain = async (): Promise<void> => {
    draining = true
    for (const [child, job] of atWork) {
      if (stops(job)) child.stop()
      else say(`${jobText(job.data)}: it is finished first`)
    }
    await worker.close()
  }
  /** The milliseconds for which nothing has been at work. */
  const idleMs = (): number => (atWork.size > 0 ? 0 : performance.now() - idleSince)
  return { worker, drain, idleMs }
}
