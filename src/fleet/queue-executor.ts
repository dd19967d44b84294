import { hostname } from 'node:os'
import { join } from 'node:path'
import { Queue, QueueEvents, type Job } from 'bullmq'
import { Interrupted } from '../base/errors.js'
import type { TrialExecutor } from '../compare/executor.js'
import type { PlannedTrial } from '../compare/planned.js'
import type { TrialRow } from '../compare/types.js'
import { packIn } from '../data/parcels.js'
import { bell, unlessAborted, withinPatience } from './bell.js'
import { putBlob } from './blobs.js'
import type { Connection } from './connection.js'
import { ownIdentity, queueOf, type Identity } from './identity.js'
import {
  firstPauseMs,
  idOf,
  jobOf,
  keptSeconds,
  prefix,
  trialIdOf,
  tries,
  type TrialBeat,
  type TrialJob,
} from './jobs.js'
import { watchWorkers } from './watch-workers.js'

export interface QueueSettings {
  readonly connection: Connection
  /** The folder to which paths in configurations are relative. */
  readonly folder: string
  /** The name of the comparison, which workers tell. */
  readonly name: string
  readonly say: (text: string) => void
  /** Called with a sign of life of a trial. */
  readonly onBeat?: (trial: PlannedTrial, beat: TrialBeat) => void
}

/**
 * How often the queue is asked though nothing was heard, in milliseconds: events may be lost, results not.
 */
const askEvery = 2000

/**
 * How often what the queue lost is put there again, in milliseconds, beside each time that Redis comes back.
 */
const fillEvery = 60_000

type Queued = ReadonlyMap<string, { readonly planned: PlannedTrial; readonly job: TrialJob }>

/**
 * Runs trials behind a queue: puts them there with their data, and yields rows as workers give them. The
 * queue may hold some of them already, or their results, from a comparison that was killed. What Redis loses
 * is put there again. An interrupt leaves the trials in the queue.
 */
export function queueExecutor(settings: QueueSettings): TrialExecutor {
  const { connection, say } = settings
  const { redis } = connection
  let atATime = 1
  return {
    async *run(trials, signal) {
      const [{ config }] = trials as readonly [PlannedTrial]
      const identity = await ownIdentity(config.backend, config.relaxedSimd)
      const waiting = new Map(await queuedIn(trials, settings.folder, identity))
      const queue = queueIn(connection, identity)
      const { ring, rung } = bell()
      const { onBeat = () => undefined } = settings
      const events = listening(connection, identity, ring, (id, beat) => {
        const queued = waiting.get(trialIdOf(id))
        if (queued) onBeat(queued.planned, beat)
      })
      const name = `${settings.name} of ${hostname()}/${process.pid}`
      const watch = watchWorkers(redis, { name, identity }, say, (count) => (atATime = Math.max(1, count)))
      let filledAt = -Infinity
      connection.onBack(() => {
        filledAt = -Infinity
        ring()
      })
      try {
        while (waiting.size > 0) {
          if (performance.now() - filledAt > fillEvery) {
            filledAt = performance.now()
            await unlessAborted(fill(connection, queue, waiting), signal)
          }
          const ended = await unlessAborted(endedIn(queue, waiting), signal)
          for (const { id, row, job } of ended) {
            yield row
            waiting.delete(id)
            // Only now it is kept: until then, another comparison in this place would find it here.
            await unlessAborted(job.remove(), signal)
          }
          if (ended.length === 0) await rung(askEvery, signal)
          if (signal?.aborted) throw new Interrupted('interrupted; what is in the queue goes on')
        }
      } finally {
        await withinPatience([watch.end(), events.close(), queue.close()])
      }
    },
    atATime: () => atATime,
    dispose: () => connection.close(),
  }
}

async function queuedIn(
  trials: readonly PlannedTrial[],
  folder: string,
  identity: Identity,
): Promise<Queued> {
  const pack = packIn(folder)
  const queued = new Map<string, { planned: PlannedTrial; job: TrialJob }>()
  for (const planned of trials) {
    const job = await jobOf(planned, folder, pack)
    queued.set(idOf(job, identity), { planned, job })
  }
  return queued
}

function queueIn({ redis }: Connection, identity: Identity): Queue<TrialJob, TrialRow> {
  const kept = { age: keptSeconds }
  const queue = new Queue<TrialJob, TrialRow>(queueOf(identity), {
    prefix,
    connection: redis,
    // Events only wake those who listen; a long history of them would fill the memory of Redis.
    streams: { events: { maxLen: 1000 } },
    defaultJobOptions: {
      attempts: tries,
      backoff: { type: 'exponential', delay: firstPauseMs },
      removeOnComplete: kept,
      removeOnFail: kept,
    },
  })
  queue.on('error', () => undefined)
  return queue
}

function listening(
  { another }: Connection,
  identity: Identity,
  ring: () => void,
  onBeat: (id: string, beat: TrialBeat) => void,
): QueueEvents {
  const events = new QueueEvents(queueOf(identity), { prefix, connection: another() })
  events.on('error', () => undefined)
  events.on('completed', ring)
  events.on('failed', ring)
  events.on('progress', ({ jobId, data }) => onBeat(jobId, data as unknown as TrialBeat))
  return events
}

/** How many jobs are put into the queue by one command. */
const batch = 500

/** Puts data and trials where they are not yet, or no longer. */
async function fill({ redis }: Connection, queue: Queue<TrialJob, TrialRow>, waiting: Queued): Promise<void> {
  const files = new Map<string, string>()
  for (const { job } of waiting.values())
    for (const { whole, files: parcelFiles } of job.parcels)
      for (const { path, sha256 } of parcelFiles) files.set(sha256, join(whole, path))
  for (const [hash, path] of files) await putBlob(redis, hash, path)
  const all = [...waiting]
  for (let from = 0; from < all.length; from += batch) {
    const part = all.slice(from, from + batch)
    const asked = redis.pipeline()
    for (const [id] of part) asked.exists(queue.toKey(id))
    const replies = await asked.exec()
    const failed = replies!.find(([error]) => error)
    if (failed) throw failed[0]!
    const missing = part.filter((_, i) => replies![i]![1] === 0)
    // A trial that somebody else puts there at the same time stays one: its name is the same.
    await queue.addBulk(missing.map(([jobId, { job }]) => ({ name: 'trial', data: job, opts: { jobId } })))
  }
}

interface Ended {
  readonly id: string
  readonly row: TrialRow
  readonly job: Job<TrialJob, TrialRow>
}

/** The trials that have ended, in the order in which the queue tells them. */
async function endedIn(queue: Queue<TrialJob, TrialRow>, waiting: Queued): Promise<Ended[]> {
  const ids = await queue.getRanges(['completed', 'failed'], 0, -1)
  const jobs = await Promise.all(
    ids.filter((id) => waiting.has(id)).map((id) => queue.getJob(id) as Promise<Ended['job'] | undefined>),
  )
  return jobs.flatMap((job) =>
    job ? [{ id: job.id!, row: rowOf(job, waiting.get(job.id!)!.planned), job }] : [],
  )
}

/** The row of a trial: what its worker gave, or why none could. */
function rowOf({ returnvalue, failedReason }: Ended['job'], planned: PlannedTrial): TrialRow {
  const { key, set, size, method, seed } = planned
  const place = { key, set, size, method, seed }
  if (failedReason === undefined) return { ...returnvalue, ...place }
  const failed = `no worker could finish it: ${failedReason}`
  return { ...place, figures: null, rows: null, seconds: null, failed: failed.replaceAll('\n', '; ') }
}
