import { UnrecoverableError, type Queue } from 'bullmq'
import type { Redis } from 'ioredis'
import { nodeSha256 } from '../base/files.js'
import { getBytes, putBytes } from './blobs.js'
import type { AskedTries } from './child-messages.js'
import {
  firstPauseMs,
  tries,
  tryIdOf,
  type AnyAnswer,
  type AnyJob,
  type QueuedJob,
  type TrialJob,
  type TryAnswer,
  type TryJob,
} from './jobs.js'

/** How many weights a worker keeps in its memory: those of the trials whose tries it computes. */
const keptWeights = 4

/** The tries of a trial that have ended. Throws if one could not be finished: then the trial cannot be. */
export async function endedTries(job: QueuedJob<TrialJob>): Promise<readonly TryAnswer[]> {
  const [failed] = Object.entries(await job.getIgnoredChildrenFailures())
  if (failed) throw new UnrecoverableError(`try ${tryNumber(failed[0])}: ${failed[1]}`)
  return Object.values((await job.getChildrenValues<TryAnswer>()) ?? {})
}

/** Makes the tries of a trial jobs of their own: children of the trial's job, in the same queue. */
export function spreading(queue: Queue<AnyJob, AnyAnswer>, redis: Redis) {
  const held = new Map<string, Promise<Buffer>>()
  const hold = (hash: string, bytes: Promise<Buffer>): Promise<Buffer> => {
    held.delete(hash)
    held.set(hash, bytes)
    for (const old of [...held.keys()].slice(0, -keptWeights)) held.delete(old)
    // What failed may work later.
    bytes.catch(() => held.delete(hash))
    return bytes
  }
  /** The data of a trial's job, which know where the weights are that all tries begin with. */
  const withWeights = async (job: QueuedJob<TrialJob>, { weights, seconds }: AskedTries) => {
    if (weights && !job.data.warm) {
      const bytes = Buffer.from(weights)
      const hash = nodeSha256(bytes)
      await putBytes(redis, hash, await hold(hash, Promise.resolve(bytes)))
      await job.updateData({ ...job.data, warm: { hash, seconds } })
    }
    return { ...job.data, warm: job.data.warm! }
  }
  return {
    /** Puts the tries that a trial asks for into the queue, unless they are there or have ended. */
    put: async (job: QueuedJob<TrialJob>, asked: AskedTries): Promise<void> => {
      const data = await withWeights(job, asked)
      const over = new Set((await endedTries(job)).map(({ number }) => number))
      const parent = { id: job.id!, queue: job.queueQualifiedName }
      const jobs = asked.proposals.flatMap((proposal, i) => {
        const number = asked.first + i
        const tryJob: TryJob = { ...data, proposal, number }
        const opts = { ...tryOptions, parent, jobId: tryIdOf(job.id!, number) }
        return over.has(number) ? [] : [{ name: 'try', data: tryJob, opts }]
      })
      // Each goes before all others, so that the last one added is the next one taken.
      await queue.addBulk(jobs.reverse())
    },
    /** The weights with which a try begins; undefined if Redis has lost them. */
    weights: ({ warm: { hash } }: TryJob): Promise<Buffer | undefined> =>
      hold(hash, held.get(hash) ?? getBytes(redis, hash)).catch(() => undefined),
  }
}

const tryOptions = {
  attempts: tries,
  backoff: { type: 'exponential', delay: firstPauseMs },
  // Trials that have begun come to an end before others begin.
  lifo: true,
  // The trial's job has what they gave. It goes on behind one that failed, and says why it fails, too.
  removeOnComplete: true,
  removeOnFail: true,
  ignoreDependencyOnFailure: true,
}

/** The number of a try by the key of its job, from 1 on, as it is told. */
const tryNumber = (key: string): number => Number(key.slice(key.lastIndexOf('-') + 1)) + 1
