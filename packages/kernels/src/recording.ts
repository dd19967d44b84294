import type { Memory } from './arena.js'
import { bytesOf, callBytes, overheard, refuse, type Recorder } from './recorder.js'
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

const ownSizes = ({ layout, tapeBytes, constantBytes }: Rehearsed): number[] => [
  layout().keptBytes,
  tapeBytes,
  constantBytes,
]
const sharedSizes = ({ layout, scratchBytes }: Rehearsed): number[] => [layout().passingBytes, scratchBytes]
const total = (sizes: readonly number[]): number =>
  sizes.reduce((sum, size) => sum + Math.ceil(size / 16) * 16, 16)

/** The bytes that a recording of rehearsed work takes: of a block of its own, and of a workspace. */
export const recordingBytes = (rehearsed: Rehearsed): { own: number; shared: number } => ({
  own: total(ownSizes(rehearsed)),
  shared: total(sharedSizes(rehearsed)),
})

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
  const { lifetimes, codes, constantBytes, scratchBytes } = rehearsed
  const { offsets, keptBytes, passingBytes } = rehearsed.layout()
  const { own, shared } = recordingBytes(rehearsed)
  const workspace = orRefuse(shared, () => spaces.lend(shared))
  const block = orRefuse(
    own,
    () => memory.malloc(own),
    () => spaces.giveBack(workspace),
  )
  const [results, tape, constants] = starts(block, ownSizes(rehearsed))
  const [passing, scratch] = starts(workspace.address, sharedSizes(rehearsed))
  let [made, written, kept, calls] = [0, 0, 0, 0]
  /** The index of the lifetime of what was computed and not yet freed, by address. */
  const living = new Map<number, number>()
  /** Whether something lived longer than it did in the rehearsal. */
  let late = false
  const dataIds: object[] = []
  const fills: (() => void)[] = []
  const copy = instance.codeOf('copyRows')!
  const differs = (): never => refuse('a step that is not the same each time')
  const hear = (code: number, args: readonly number[]): void => {
    if (code !== codes[calls]) differs()
    const words = new Float64Array(memory.buffer(), tape! + written, args.length + 2)
    words[0] = code
    words[1] = args.length
    words.set(args, 2)
    written += callBytes(args.length)
    calls += 1
  }
  const isIn = (address: number, from: number, size: number): boolean =>
    address >= from && address < from + size
  const holds = (address: number): boolean => isIn(address, block, own)
  return {
    kernels: overheard(instance, hear),
    malloc(size, constant) {
      const life = lifetimes[made]
      if (life?.bytes !== size || life.from !== (constant ? 0 : calls)) differs()
      const address = (life!.until === Infinity ? results! : passing!) + offsets[made]!
      if (living.has(address)) late = true
      if (!constant) living.set(address, made)
      made += 1
      return address
    },
    free(address) {
      const life = living.get(address)
      living.delete(address)
      if (life !== undefined && lifetimes[life]!.until < calls) late = true
      return holds(address) || isIn(address, workspace.address, shared)
    },
    computes: (address) => living.has(address),
    keep(id, filled) {
      dataIds.push(id)
      const known = filled && rehearsed.constants.get(made - 1)
      if (known && filled.some((byte, i) => byte !== known[i]))
        refuse('numbers that are others at each step, such as random ones')
    },
    vary: () => undefined,
    scratch(size) {
      if (size > scratchBytes) differs()
      return scratch!
    },
    write(address, words) {
      const size = words.byteLength
      if (kept + size > constantBytes) differs()
      const from = constants! + kept
      new Uint8Array(memory.buffer(), from, size).set(bytesOf(words))
      kept += Math.ceil(size / 16) * 16
      hear(copy, [from, address, 1, size, 0, 0])
      instance.kernels.copyRows(from, address, 1, size, 0, 0)
    },
    refill(address, draw) {
      fills.push(() => {
        const numbers = draw()
        new Float32Array(memory.buffer(), address, numbers.length).set(numbers)
      })
    },
    refuse,
    close() {
      const stays = [...living.values()].some((life) => lifetimes[life]!.until !== Infinity)
      if (late || stays || made !== lifetimes.length || calls !== codes.length) differs()
    },
    tape: {
      ownBytes: own,
      keptBytes,
      workspace,
      passingBytes,
      get calls() {
        return calls
      },
      replay() {
        for (const fill of fills) fill()
        instance.replay(tape!, tape! + written)
      },
      timed() {
        for (const fill of fills) fill()
        return timedCalls(instance, memory, tape!, tape! + written)
      },
      readingMs: () => readingMs(instance, memory, tape!, tape! + written),
      holds,
      dataIds,
      dispose() {
        memory.free(block)
        spaces.giveBack(workspace)
      },
    },
  }
}

/** What `allocate` returns. If there is too little memory, it calls `undo` and throws NotRecordable. */
function orRefuse<T>(bytes: number, allocate: () => T, undo?: () => void): T {
  try {
    return allocate()
  } catch {
    undo?.()
    return refuse(`a pass that takes ${Math.ceil(bytes / 2 ** 20)} MB more than there are`)
  }
}

/** The addresses of consecutive areas of the given sizes in a block, each a multiple of 16. */
function starts(block: number, sizes: readonly number[]): number[] {
  let at = Math.ceil(block / 16) * 16
  return sizes.map((size) => {
    const start = at
    at += Math.ceil(size / 16) * 16
    return start
  })
}
