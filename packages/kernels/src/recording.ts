import type { Memory } from './arena.js'
import { bytesOf, callBytes, overheard, refuse, type Recorder } from './recorder.js'
import { recordingMemory, type RecordingMemory } from './recording-memory.js'
import type { Rehearsed } from './rehearsal.js'
import { readingMs, timedCalls, type TimedCall } from './tape-calls.js'
import type { TrainingInstance } from './training-module.js'
import type { Workspace, Workspaces } from './workspace.js'

/**
 * Recorded work. Its calls, and the tensors that it leaves, lie in a block of its own. What it frees before
 * it ends lies in a workspace, which it may share with other recordings.
 */
export interface Tape {
  readonly calls: number
  /** The size of its own block, and of the part of it that holds tensors. */
  readonly ownBytes: number
  readonly keptBytes: number
  readonly workspace: Workspace
  /** The bytes of tensors that it puts into its workspace. */
  readonly passingBytes: number
  /** Does the work again, on what its inputs hold now. The results replace the former ones in place. */
  replay(): void
  /** Replays and returns the time of each call, which makes the replay slower. */
  timed(): TimedCall[]
  /** The milliseconds of a replay that are spent on reading the tape. */
  readingMs(): number
  /** Whether an address lies in its block. */
  holds(address: number): boolean
  /** The data ids of the tensors that were made. */
  readonly dataIds: readonly object[]
  dispose(): void
}

/**
 * A recorder for work that was rehearsed: all its memory has fixed addresses, and each call is written to a
 * tape. Call `close` after the work. It throws NotRecordable if the work differed from what was rehearsed,
 * because two tensors may then have been put into the same place.
 */
export function recording(
  instance: TrainingInstance,
  memory: Memory,
  spaces: Workspaces,
  rehearsed: Rehearsed,
): Recorder & { readonly tape: Tape; close(): void } {
  const places = recordingMemory(memory, spaces, rehearsed)
  const written = tapeWriter(memory, places.areas.tape, rehearsed.codes)
  const { hear } = written
  const lives = livesOf(rehearsed, places.areas, written.calls)
  const dataIds: object[] = []
  const fills: (() => void)[] = []
  return {
    kernels: overheard(instance, hear),
    malloc: (bytes, constant) => lives.begin(bytes, constant),
    free(address) {
      lives.end(address)
      return places.owns(address)
    },
    computes: lives.has,
    keep(id, filled) {
      dataIds.push(id)
      const known = filled && rehearsed.constants.get(lives.begun() - 1)
      if (known && filled.some((byte, i) => byte !== known[i]))
        refuse('numbers that are others at each step, such as random ones')
    },
    vary: () => undefined,
    scratch(size) {
      if (size > rehearsed.scratchBytes) differs()
      return places.areas.scratch
    },
    write: constantWriter(instance, memory, places.areas.constants, rehearsed.constantBytes, hear),
    refill(address, draw) {
      fills.push(() => {
        const numbers = draw()
        new Float32Array(memory.buffer(), address, numbers.length).set(numbers)
      })
    },
    refuse,
    close() {
      if (!lives.areAsRehearsed() || written.calls() !== rehearsed.codes.length) differs()
    },
    tape: tapeOf(instance, memory, rehearsed, places, written, fills, dataIds),
  }
}

const differs = (): never => refuse('a step that is not the same each time')

type TapeWriter = ReturnType<typeof tapeWriter>

/** Writes calls to a tape, and compares them with the codes that were rehearsed. */
function tapeWriter(memory: Memory, from: number, codes: readonly number[]) {
  let [bytes, calls] = [0, 0]
  return {
    hear: (code: number, args: readonly number[]): void => {
      if (code !== codes[calls]) differs()
      const words = new Float64Array(memory.buffer(), from + bytes, args.length + 2)
      words[0] = code
      words[1] = args.length
      words.set(args, 2)
      bytes += callBytes(args.length)
      calls += 1
    },
    calls: () => calls,
    end: () => from + bytes,
  }
}

/** Puts what is allocated where the layout of the rehearsal has it, and tells whether it lives as long as there. */
function livesOf(rehearsed: Rehearsed, { results, passing }: RecordingMemory['areas'], calls: () => number) {
  const { lifetimes } = rehearsed
  const { offsets } = rehearsed.layout()
  /** The index of the lifetime of what was computed and not yet freed, by address. */
  const living = new Map<number, number>()
  let begun = 0
  /** Whether something lived longer than it did in the rehearsal. */
  let late = false
  return {
    begin(size: number, constant: boolean): number {
      const life = lifetimes[begun]
      if (life?.bytes !== size || life.from !== (constant ? 0 : calls())) differs()
      const address = (life!.until === Infinity ? results : passing) + offsets[begun]!
      if (living.has(address)) late = true
      if (!constant) living.set(address, begun)
      begun += 1
      return address
    },
    end(address: number): void {
      const life = living.get(address)
      living.delete(address)
      if (life !== undefined && lifetimes[life]!.until < calls()) late = true
    },
    has: (address: number): boolean => living.has(address),
    begun: () => begun,
    areAsRehearsed(): boolean {
      const stays = [...living.values()].some((life) => lifetimes[life]!.until !== Infinity)
      return !late && !stays && begun === lifetimes.length
    },
  }
}

/** Writes words to an address now, and keeps them so that every replay does the same. */
function constantWriter(
  { codeOf, kernels }: TrainingInstance,
  memory: Memory,
  constants: number,
  room: number,
  hear: TapeWriter['hear'],
): Recorder['write'] {
  const copy = codeOf('copyRows')!
  let kept = 0
  return (address, words) => {
    const size = words.byteLength
    if (kept + size > room) differs()
    const from = constants + kept
    new Uint8Array(memory.buffer(), from, size).set(bytesOf(words))
    kept += Math.ceil(size / 16) * 16
    hear(copy, [from, address, 1, size, 0, 0])
    kernels.copyRows(from, address, 1, size, 0, 0)
  }
}

function tapeOf(
  instance: TrainingInstance,
  memory: Memory,
  rehearsed: Rehearsed,
  { blockBytes, workspace, areas, holds, dispose }: RecordingMemory,
  { calls, end }: TapeWriter,
  fills: readonly (() => void)[],
  dataIds: readonly object[],
): Tape {
  const { keptBytes, passingBytes } = rehearsed.layout()
  return {
    ownBytes: blockBytes,
    keptBytes,
    workspace,
    passingBytes,
    get calls() {
      return calls()
    },
    replay() {
      for (const fill of fills) fill()
      instance.replay(areas.tape, end())
    },
    timed() {
      for (const fill of fills) fill()
      return timedCalls(instance, memory, areas.tape, end())
    },
    readingMs: () => readingMs(instance, memory, areas.tape, end()),
    holds,
    dataIds,
    dispose,
  }
}
