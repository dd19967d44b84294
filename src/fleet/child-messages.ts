import type { BackendName } from '../backend/index.js'
import type { PlannedTrial } from '../compare/planned.js'
import type { TrialRow } from '../compare/types.js'
import type { Proposal } from '../planners/trying.js'
import type { Identity } from './identity.js'
import type { TrialBeat, TryAnswer, TryJob } from './jobs.js'

/** A trial for a process that runs trials. */
export interface ChildTrial {
  /** The name of its checkpoints. */
  readonly id: string
  readonly planned: PlannedTrial
  /** The folder to which its paths are relative: the cache. */
  readonly folder: string
  /** The folder of checkpoints; without it there are none. */
  readonly shared?: string | undefined
  /** The tries of its planner that others have computed. */
  readonly tries: readonly TryAnswer[]
  /** Whether others have the weights with which its tries begin. */
  readonly warm: boolean
}

/** A try for a process that runs trials. */
export interface ChildTry extends Pick<TryJob, 'planned' | 'proposal' | 'number'> {
  /** The name of the trial's job. */
  readonly trial: string
  readonly folder: string
  /** The bytes of the weights with which it begins; without them it trains them itself. */
  readonly weights?: Uint8Array | undefined
}

/** Tries that a trial asks for: others compute them. */
export interface AskedTries {
  readonly proposals: readonly Proposal[]
  /** How many tries come before them. */
  readonly first: number
  /**
   * The weights with which they begin, unless others have them, and the seconds that it took to train them.
   */
  readonly weights?: Uint8Array
  readonly seconds: number
}

/** How a trial ends in such a process. */
export type TrialEnd =
  { readonly row: TrialRow } | { readonly asked: AskedTries } | { readonly stopped: true }

/** What a worker asks a process that runs trials. */
export type ChildQuestion =
  | { readonly identify: { readonly backend: BackendName; readonly relaxed: boolean } }
  | { readonly trial: ChildTrial }
  | { readonly try: ChildTry }

/** What such a process says while it works: a sign of life, or a sentence. */
export type ChildNote = { readonly beat: Omit<TrialBeat, 'worker'> } | { readonly notice: string }

/** What it answers, to each question of its own kind. */
export type ChildAnswer =
  { readonly identity: Identity } | { readonly end: TrialEnd } | { readonly tried: TryAnswer }
