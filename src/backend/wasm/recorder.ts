import { layOut, type ArenaLayout, type Lifetime, type Memory } from './arena.js'
import { readingMs, timedCalls, type TimedCall } from './tape-calls.js'
import type { TrainingInstance, TrainingModule } from './training-module.js'

/** Thrown if work cannot be recorded, mostly because not all of it is calls of our kernels. */
export class NotRecordable extends Error {
  constructor(readonly reason: string) {
    super(`not recordable: ${reason}`)
  }
}

/** Replaces the kernels and the memory of a device while work is rehearsed or recorded. */
export interface Recorder {
  readonly kernels: TrainingModule
  /** Allocates memory and returns its address. `constant` if it is filled at once, and not by a kernel. */
  malloc(bytes: number, constant: boolean): number
  /** Notes that memory is freed. Returns whether a recording owns it, so that the backend must keep it. */
  free(address: number): boolean
  /** Whether the work itself has computed what lies at an address. It may overwrite only such memory. */
  computes(address: number): boolean
  /** Notes the tensor whose memory was allocated last, and the bytes that fill it, if any. */
  keep(dataId: object, bytes: Uint8Array | undefined): void
  /** Notes that the numbers at an address change: whoever replays the tape writes them there first. */
  vary(address: number): void
  /** The address of an area of at least `bytes` bytes that all kernels use in turn. */
  scratch(bytes: number): number
  /** Writes words to an address, now and in every replay. */
  write(address: number, words: Uint32Array | Float32Array): void
  /** Notes that every replay first writes new numbers from `draw` to an address. */
  refill(address: number, draw: () => Float32Array): void
  /** Throws NotRecordable with the reason. */
  refuse(reason: string): never
}

/**
 * What a rehearsal has found out: the memory and the calls that the same work needs again, in the same order.
 */
export interface Rehearsed {
  readonly lifetimes: readonly Lifetime[]
  readonly layout: ArenaLayout
  /** The bytes of constants, by the index of their lifetime, except those that change between replays. */
  readonly constants: ReadonlyMap<number, Uint8Array>
  /** The codes of the kernels that are called, in the order of the calls. */
  readonly codes: readonly number[]
  readonly tapeBytes: number
  readonly constantBytes: number
  readonly scratchBytes: number
}

const callBytes = (args: number): number => 16 + args * 8
const refuse = (reason: string): never => {
  throw new NotRecordable(reason)
}

/**
 * The kernels, changed so that `hear` is called before each call. A kernel without a code throws
 * NotRecordable.
 */
function overheard(
  { kernels, codeOf }: TrainingInstance,
  hear: (code: number, args: readonly number[]) => void,
): TrainingModule {
  const entries = Object.entries(kernels).map(([name, kernel]) => {
    const code = codeOf(name)
    const call = (...args: number[]): number => {
      if (code === undefined) return refuse(`kernel ${name}, which returns a number`)
      hear(code, args)
      return kernel(...args)
    }
    return [name, call]
  })
  return Object.fromEntries(entries) as TrainingModule
}

/** A recorder for a rehearsal: the work runs as usual, and its memory and calls are counted. */
export function rehearsal(instance: TrainingInstance, memory: Memory): Recorder & { found(): Rehearsed } {
  const lives: { bytes: number; from: number; until: number }[] = []
  const living = new Map<number, number>()
  const constants = new Map<number, Uint8Array>()
  const constantAt = new Map<number, number>()
  const codes: number[] = []
  let [tapeBytes, constantBytes, scratchBytes] = [0, 0, 0]
  const copy = instance.codeOf('copyRows')!
  const hear = (code: number, args: readonly number[]): void => {
    codes.push(code)
    tapeBytes += callBytes(args.length)
  }
  return {
    kernels: overheard(instance, hear),
    malloc(bytes, constant) {
      const address = memory.malloc(bytes)
      // A constant is not written again by replays, so nothing else may ever use its memory: it lives from
      // the beginning to the end.
      living.set(address, lives.length)
      lives.push({ bytes, from: constant ? 0 : codes.length, until: Infinity })
      if (constant) {
        living.delete(address)
        constantAt.set(address, lives.length - 1)
      }
      return address
    },
    free(address) {
      const life = living.get(address)
      living.delete(address)
      // The next call may already use this memory for something else, but no earlier call.
      if (life !== undefined) lives[life]!.until = codes.length
      return false
    },
    computes: (address) => living.has(address),
    keep(_, bytes) {
      if (bytes) constants.set(lives.length - 1, bytes.slice())
    },
    vary(address) {
      constants.delete(constantAt.get(address)!)
    },
    scratch(bytes) {
      scratchBytes = Math.max(scratchBytes, bytes)
      return memory.scratch(bytes)
    },
    write(address, words) {
      constantBytes += Math.ceil(words.byteLength / 16) * 16
      hear(copy, [0, 0, 0, 0, 0, 0])
      new Uint8Array(memory.buffer(), address, words.byteLength).set(bytesOf(words))
    },
    refill(address) {
      constants.delete(constantAt.get(address)!)
    },
    refuse,
    found: () => ({
      lifetimes: lives,
      constants,
      layout: layOut(lives),
      codes,
      tapeBytes,
      constantBytes,
      scratchBytes,
    }),
  }
}

const bytesOf = ({ buffer, byteOffset, byteLength }: Uint32Array | Float32Array): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength)

/** Recorded work. Its calls, and the tensors that it made, lie in one block of memory. */
export interface Tape {
  readonly calls: number
  /** The size of the block. */
  readonly bytes: number
  /** Does the work again, on what its inputs hold now. The results replace the former ones in place. */
  replay(): void
  /** Replays and returns the time of each call, which makes the replay slower. */
  timed(): TimedCall[]
  /** The milliseconds of a replay that are spent on reading the tape. */
  readingMs(): number
  /** Whether an address lies in the block. */
  holds(address: number): boolean
  /** The data ids of the tensors that were made in the block. */
  readonly dataIds: readonly object[]
  dispose(): void
}

const sizesOf = ({ layout, tapeBytes, constantBytes, scratchBytes }: Rehearsed): number[] => [
  layout.bytes,
  tapeBytes,
  constantBytes,
  scratchBytes,
]

/** The bytes that a recording of rehearsed work takes. */
export const blockBytes = (rehearsed: Rehearsed): number =>
  sizesOf(rehearsed).reduce((sum, size) => sum + Math.ceil(size / 16) * 16, 16)

/**
 * A recorder for work that was rehearsed: all its memory has fixed addresses, and each call is written to a
 * tape. Call `close` after the work. It throws NotRecordable if the work differed from what was rehearsed,
 * because two tensors may then have been put into the same place.
 */
export function recording(
  instance: TrainingInstance,
  memory: Memory,
  rehearsed: Rehearsed,
): Recorder & { readonly tape: Tape; close(): void } {
  const { lifetimes, layout, codes, constantBytes, scratchBytes } = rehearsed
  const bytes = blockBytes(rehearsed)
  const block = blockOf(memory, bytes)
  const [arena, tape, constants, scratch] = starts(block, sizesOf(rehearsed))
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
  const holds = (address: number): boolean => address >= block && address < block + bytes
  return {
    kernels: overheard(instance, hear),
    malloc(size, constant) {
      const life = lifetimes[made]
      if (life?.bytes !== size || life.from !== (constant ? 0 : calls)) differs()
      const address = arena! + layout.offsets[made]!
      if (living.has(address)) late = true
      if (!constant) living.set(address, made)
      made += 1
      return address
    },
    free(address) {
      const life = living.get(address)
      living.delete(address)
      if (life !== undefined && lifetimes[life]!.until < calls) late = true
      return holds(address)
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
      bytes,
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
      dispose: () => memory.free(block),
    },
  }
}

function blockOf(memory: Memory, bytes: number): number {
  try {
    return memory.malloc(bytes)
  } catch {
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
