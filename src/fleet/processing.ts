import { WaitingError, Worker, type Job } from 'bullmq'
import { placeText } from '../contest/types.js'
import { formatSeconds } from '../report/format.js'
import { cacheIn } from './cache.js'
import { folderStore } from './checkpoint-store.js'
import type { Connection } from './connection.js'
import type { Counts } from './counts.js'
import { queueOf, type Identity } from './identity.js'
import { prefix, takeovers, type TrialAnswer, type TrialBeat, type TrialJob } from './jobs.js'
import { withOwnPaths } from './parcels.js'
import type { TrialChild } from './trial-child.js'

type QueuedTrial = Job<TrialJob, TrialAnswer>

export interface ProcessingSettings {
  readonly shared?: string | undefined
  readonly cache: string
  readonly takeover: number
  readonly say: (text: string) => void
}

export interface ProcessingParts {
  readonly identity: Identity
  readonly name: string
  /** One for each trial at a time. */
  readonly children: readonly TrialChild[]
  readonly counts: Counts
}

/**
 * Takes trials from the queue of an identity and runs them in processes. The worker is not started yet. `drain`
 * takes no more, and waits for those at hand: searches with a folder of checkpoints stop and go back into the
 * queue, others are finished.
 */
export function processing(
  { shared, cache, takeover, say }: ProcessingSettings,
  { redis, another }: Connection,
  { identity, name, children, counts }: ProcessingParts,
) {
  const store = shared === undefined ? undefined : folderStore(shared)
  const fetch = cacheIn(cache, redis)
  const free = [...children]
  const atWork = new Map<TrialChild, QueuedTrial>()
  let draining = false
  const stops = ({ data: { planned } }: QueuedTrial) => store !== undefined && planned.rival === undefined
  const trial = async (job: QueuedTrial, child: TrialChild): Promise<TrialAnswer | 'stopped'> => {
    const { planned, parcels } = job.data
    await fetch(parcels)
    if (draining && stops(job)) return 'stopped'
    const beat = (each: Omit<TrialBeat, 'worker'>) =>
      void job.updateProgress({ ...each, worker: name }).catch(() => undefined)
    const row = await child.run({ id: job.id!, planned, folder: cache, shared }, beat)
    if (row === 'stopped' || row.failed === null) return row
    return { ...row, failed: withOwnPaths(row.failed, parcels, cache) }
  }
  const run = async (job: QueuedTrial, token?: string, signal?: AbortSignal): Promise<TrialAnswer> => {
    const child = free.pop()!
    const kill = () => child.kill()
    const place = placeText(job.data.planned)
    atWork.set(child, job)
    say(`${place}: begins`)
    signal?.addEventListener('abort', kill)
    try {
      const answer = await trial(job, child).catch((error: unknown) => {
        counts.broken()
        say(`${place}: ${(error as Error).message}`)
        throw error
      })
      if (answer === 'stopped') {
        say(`${place}: stopped behind a checkpoint; left to others`)
        await job.moveToWait(token)
        throw new WaitingError()
      }
      return answer
    } finally {
      signal?.removeEventListener('abort', kill)
      atWork.delete(child)
      free.push(child)
    }
  }
  const worker = new Worker<TrialJob, TrialAnswer>(queueOf(identity), run, {
    ...{ name, prefix, connection: another(), autorun: false, concurrency: children.length },
    ...{ lockDuration: takeover * 1000, stalledInterval: takeover * 500, maxStalledCount: takeovers },
  })
  // A lost connection is told elsewhere, and what else goes wrong in the queue is tried again.
  worker.on('error', () => undefined)
  worker.on('stalled', () => counts.stalled())
  worker.on('lockRenewalFailed', (ids) => {
    for (const [child, job] of atWork) {
      if (!ids.includes(job.id!)) continue
      say(`${placeText(job.data.planned)}: no sign of life reached Redis for too long; left to others`)
      if (!worker.cancelJob(job.id!)) child.kill()
    }
  })
  // Only results that Redis took are told: without the lock, another worker has the trial.
  worker.on('completed', ({ id, data, processedOn, finishedOn }, { failed }) => {
    const seconds = (finishedOn! - processedOn!) / 1000
    counts.ended(seconds, failed !== null)
    say(`${placeText(data.planned)}: ended after ${formatSeconds(seconds)}`)
    void store?.remove(id!).catch(() => undefined)
  })
  const drain = async (): Promise<void> => {
    draining = true
    for (const [child, job] of atWork) {
      if (stops(job)) child.stop()
      else say(`${placeText(job.data.planned)}: it is finished first`)
    }
    await worker.close()
  }
  return { worker, drain }
}
