import type { Job } from 'bullmq'
import { nodeSha256 } from '../base/files.js'
import type { PlannedTrial } from '../compare/planned.js'
import { placeText, type TrialRow } from '../compare/types.js'
import { portable, type Pack, type Parcel } from '../data/parcels.js'
import type { Proposal, Tried } from '../planners/trying.js'
import { queueOf, type Identity } from './identity.js'
import { withDocuments } from './schedules.js'

/** A trial as it lies in a queue: it can be run on any machine of its identity. */
export interface TrialJob {
  readonly planned: PlannedTrial
  readonly parcels: readonly Parcel[]
  /** The weights with which the tries of its planner begin, once these are jobs. */
  readonly warm?: WarmWeights
}

/** Weights that Redis holds under a hash, and how many seconds they were trained. */
export interface WarmWeights {
  readonly hash: string
  readonly seconds: number
}

/** A try of a trial's planner: the trial's job waits for it. */
export interface TryJob extends TrialJob {
  readonly proposal: Proposal
  /** How many tries of the trial come before it. */
  readonly number: number
  readonly warm: WarmWeights
}

export type AnyJob = TrialJob | TryJob
export const isTry = (job: AnyJob): job is TryJob => 'proposal' in job

/** A job as text: `concrete, 300 rows, planned-genetic, seed 1, try 12`. */
export const jobText = (job: AnyJob): string =>
  `${placeText(job.planned)}${isTry(job) ? `, try ${job.number + 1}` : ''}`

/** A sign of life of a trial. */
export interface TrialBeat {
  /** What it does: `search`, `retrain`, `baseline`, or `try` for the tries of a planner. */
  readonly stage: string
  /** The steps done, and how many there are; 0 if that is not known. */
  readonly step: number
  readonly of: number
  /** The machine and the process that runs it. */
  readonly worker: string
}

/** What the job of a try gives back: the seconds that it took beside its outcome. */
export interface TryAnswer {
  readonly number: number
  readonly tried: Tried
  readonly seconds: number
}

/** What a job gives back. */
export type AnyAnswer = TrialRow | TryAnswer

export type QueuedJob<T extends AnyJob = AnyJob> = Job<T, AnyAnswer>

/** All keys in Redis begin with it. */
export const prefix = 'sentei'

/** How often a trial is tried in all if its process dies or its machine fails it, and the first pause. */
export const tries = 3
export const firstPauseMs = 1000

/**
 * How often a trial is taken over from a worker that gave no sign of life. It is many times, because a
 * network may be cut more often than a trial can be blamed for.
 */
export const takeovers = 20

/** Seconds for which results stay in Redis if no comparison fetches them. */
export const keptSeconds = 7 * 24 * 3600

/** The job of a trial whose paths are relative to a folder. */
export async function jobOf(planned: PlannedTrial, folder: string, pack: Pack): Promise<TrialJob> {
  const { config, parcels } = await portable(withDocuments(planned.config, folder), pack)
  return { planned: { ...planned, config }, parcels }
}

/**
 * The name of a job: equal for equal trials on equal data of one identity, so that no trial is in a queue
 * twice, whoever puts it there and however often. The document is not part of it: with more seeds, the trials
 * that are there already stay the same.
 */
export const idOf = ({ planned, parcels }: TrialJob, identity: Identity): string =>
  `t-${nodeSha256(JSON.stringify([queueOf(identity), planned.key, parcels.map(({ name }) => name)])).slice(0, 40)}`

/** The name of the job of a try: equal for equal tries, like that of its trial. */
export const tryIdOf = (trial: string, number: number): string => `${trial}-${number}`

/** The name of the job of the trial to which a job belongs, which may be its own. */
export const trialIdOf = (id: string): string => id.split('-').slice(0, 2).join('-')
