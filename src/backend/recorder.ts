import type { Tensor } from '@tensorflow/tfjs-core'

/** Thrown if work cannot be recorded, mostly because not all of it is calls of the device's kernels. */
export class NotRecordable extends Error {
  constructor(readonly reason: string) {
    super(`not recordable: ${reason}`)
  }
}

/** What a rehearsal has found out about some work. */
export interface Rehearsed {
  /** The bytes that a recording takes: of its own, and of memory that recordings may share. */
  bytes(): { readonly exclusive: number; readonly shared: number }
  /** The most bytes that are needed at one time: less than any recording takes, and found faster. */
  leastBytes(): number
}

/** Memory that recordings share, one after another; what is in it is its device's affair. */
export type Workspaces = object

/** One recorded call of a kernel, and when it ran. */
export interface TimedCall {
  readonly kernel: string
  /** In milliseconds, as `performance.now()` returns it. */
  readonly start: number
  readonly ms: number
}

/** Recorded work. The tensors that it made lie in its memory. */
export interface Tape {
  /** The number of calls of kernels. */
  readonly calls: number
  /** The size of its own memory, and of the part of it that holds tensors. */
  readonly ownBytes: number
  readonly keptBytes: number
  /** The memory that it shares with other tapes, and the bytes of tensors that it puts there. */
  readonly workspace: { readonly bytes: number }
  readonly passingBytes: number
  /** Does the work again, on what its inputs hold now. The results replace the former ones in place. */
  replay(): void
  /** Replays and returns the time of each call, which makes the replay slower. */
  timed(): TimedCall[]
  /** The milliseconds of a replay that are spent on reading the tape. */
  readingMs(): number
}

/**
 * Records the calls of a device's kernels, so that the same work can be done again without JavaScript between
 * them.
 */
export interface Recorder {
  /** Whether something is being rehearsed or recorded. */
  readonly active: boolean
  /**
   * Runs `work` as usual, and finds out what a recording of it needs. Throws NotRecordable if it cannot be
   * recorded.
   */
  rehearse<T>(work: () => T): { result: T; rehearsed: Rehearsed }
  /**
   * Runs work that was rehearsed, and records it. The tensors that it leaves lie in the tape's memory. After
   * `replay` they hold the results for what the inputs hold at that time. Dispose them, and erase the tape.
   * Throws NotRecordable if the work differs from what was rehearsed, or if its memory cannot be allocated.
   * Recordings to which the same `spaces` are given share the memory of what they free before they end.
   */
  record<T>(rehearsed: Rehearsed, work: () => T, spaces?: Workspaces): { result: T; tape: Tape }
  /** Frees a tape's memory. The tensors in it become invalid, and disposing them later frees no memory. */
  erase(tape: Tape): void
  workspaces(): Workspaces
  /** While recording: the tensor's numbers change, and whoever replays the tape writes them before. */
  vary(tensor: Tensor): void
  /** While recording: the tensor's numbers are random, and each replay first calls `draw` for new ones. */
  refill(tensor: Tensor, draw: () => Float32Array): void
  /** Where a tensor's numbers lie. It stays the same until the tensor is disposed. */
  placeOf(tensor: Tensor): number
  /** `count` numbers at a place, as a view that is valid until memory is allocated. */
  view(place: number, count: number): Float32Array
}
