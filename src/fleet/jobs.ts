import { sha256 } from '../base/files.js'
import type { PlannedTrial } from '../contest/planned.js'
import type { TrialRow } from '../contest/types.js'
import { queueOf, type Identity } from './identity.js'
import { portable, type Pack, type Parcel } from './parcels.js'
import { withDocuments } from './schedules.js'

/** A trial as it lies in a queue: it can be run on any machine of its identity. */
export interface TrialJob {
  readonly planned: PlannedTrial
  readonly parcels: readonly Parcel[]
}

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

/** What a job gives back. */
export type TrialAnswer = TrialRow

/** All keys in Redis begin with it. */
export const prefix = 'sentei'

/** How often a trial is tried in all if its process dies or its machine fails it, and the first pause. */
export const tries = 3
export const firstPauseMs = 1000

/**
 * How often a trial is taken over from a worker that gave no sign of life. It is many times, because a network
 * may be cut more often than a trial can be blamed for.
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
  `t-${sha256(JSON.stringify([queueOf(identity), planned.key, parcels.map(({ name }) => name)])).slice(0, 40)}`
