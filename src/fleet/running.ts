import { join } from 'node:path'
import type { Queue } from 'bullmq'
import type { Redis } from 'ioredis'
import type { TrialRow } from '../compare/types.js'
import type { Parcel } from '../data/parcels.js'
import { cacheIn } from './cache.js'
import {
  isTry,
  trialIdOf,
  type AnyAnswer,
  type AnyJob,
  type QueuedJob,
  type TrialBeat,
  type TrialJob,
  type TryAnswer,
  type TryJob,
} from './jobs.js'
import { endedTries, spreading } from './spread.js'
import type { TrialChild } from './trial-child.js'

/**
 * What becomes of a job at hand: an answer, or it goes back into the queue, or it waits there for its tries.
 */
export type Fate = AnyAnswer | 'stopped' | 'waits'

/** Runs a job in a process, with its data in the cache. `stops` says whether it is to stop instead. */
export type RunJob = (job: QueuedJob, child: TrialChild, token: string, stops: () => boolean) => Promise<Fate>

/**
 * Runs trials and tries. A trial that asks for tries puts them into the queue and gives its place to them.
 */
export function running(
  { cache, shared }: { readonly cache: string; readonly shared?: string | undefined },
  redis: Redis,
  { queue, name }: { readonly queue: Queue<AnyJob, AnyAnswer>; readonly name: string },
): RunJob {
  const fetch = cacheIn(cache, redis)
  const spread = spreading(queue, redis)
  const beat = (job: QueuedJob) => (each: Omit<TrialBeat, 'worker'>) =>
    void job.updateProgress({ ...each, worker: name }).catch(() => undefined)
  const oneTry = async (job: QueuedJob<TryJob>, child: TrialChild): Promise<TryAnswer> => {
    const { planned, proposal, number } = job.data
    beat(job)({ stage: 'try', step: number + 1, of: 0 })
    const weights = await spread.weights(job.data)
    return child.tryOut({ trial: trialIdOf(job.id!), planned, folder: cache, proposal, number, weights })
  }
  const trial = async (job: QueuedJob<TrialJob>, child: TrialChild, token: string): Promise<Fate> => {
    for (;;) {
      const { planned, warm } = job.data
      const tries = await endedTries(job)
      const asked = { id: job.id!, planned, folder: cache, shared, tries, warm: warm !== undefined }
      const end = await child.run(asked, beat(job))
      if ('row' in end) return rowFrom(end.row, job.data, tries, cache)
      if ('stopped' in end) return 'stopped'
      await spread.put(job, end.asked)
      if (await job.moveToWaitingChildren(token)) return 'waits'
      // All of them have ended meanwhile.
    }
  }
  return async (job, child, token, stops) => {
    await fetch(job.data.parcels)
    if (stops()) return 'stopped'
    return isTry(job.data) ? oneTry(job as QueuedJob<TryJob>, child) : trial(job, child, token)
  }
}

/** A row as it is without a queue: with paths of one's own, and with the seconds of its tries. */
function rowFrom(
  row: TrialRow,
  { parcels, warm }: TrialJob,
  tries: readonly TryAnswer[],
  cache: string,
): TrialRow {
  if (row.failed !== null) return { ...row, failed: withOwnPaths(row.failed, parcels, cache) }
  if (!row.seconds || !warm) return row
  const search = tries.reduce((sum, { seconds }) => sum + seconds, row.seconds.search + warm.seconds)
  return { ...row, seconds: { ...row.seconds, search } }
}

/** A message of a trial that was run in a cache, with the paths that it would name without one. */
export const withOwnPaths = (message: string, parcels: readonly Parcel[], cache: string): string =>
  parcels.reduce(
    (text, { name, path, whole }) => text.replaceAll(join(cache, name), whole).replaceAll(name, path),
    message,
  )
