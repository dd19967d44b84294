import { layOut, type ArenaLayout, type Lifetime, type Memory } from './arena.js'
import { readingMs, timedCalls, type TimedCall } from './tape-calls.js'
import type { TrainingInstance, TrainingModule } from './training-module.js'

/** Why some work cannot be recorded: something in it is not a call of our kernels. */
export class NotRecordable extends Error {
  constructor(readonly reason: string) {
    super(`not recordable: ${reason}`)
  }
}

/** What a device asks while work is rehearsed or recorded, in place of its own kernels and memory. */
export interface Recorder {
  readonly kernels: TrainingModule
  /** The address of so many bytes; `constant` where their content is written once and never again. */
  malloc(bytes: number, constant: boolean): number
  /** Whether the address was this recorder's to free. */
  free(address: number): boolean
  /** Whether the work itself has computed what lies at an address: only that may it overwrite. */
  computes(address: number): boolean
  /** A tensor whose memory was given out last, and the bytes that it was filled with. */
  keep(dataId: object, bytes: Uint8Array | undefined): void
  /** The numbers at an address are others the next time: they are written there before each replay. */
  vary(address: number): void
  /** The address of an area that all kernels use in turn. */
  scratch(bytes: number): number
  /** Puts words down at an address, each time that the work is done. */
  write(address: number, words: Uint32Array | Float32Array): void
  /** The numbers at an address change from time to time: they are written there anew before each replay. */
  refill(address: number, draw: () => Float32Array): void
  /** Something happens that cannot be recorded. */
  refuse(reason: string): never
}

/** What a rehearsal has found: the same work done again asks for the same, in the same order. */
export interface Rehearsed {
  readonly lifetimes: readonly Lifetime[]
  /** Computed when it is first asked for: most passes of networks that change are never recorded. */
  readonly layout: () => ArenaLayout
  /** The bytes of constants, by the index of their lifetime; not those that vary. */
  readonly constants: ReadonlyMap<number, Uint8Array>
  /** The kernels that are called, by what stands for them on a tape. */
  readonly codes: readonly number[]
  readonly tapeBytes: number
  readonly constantBytes: number
  readonly scratchBytes: number
}

const callBytes = (args: number): number => 16 + args * 8
const refuse = (reason: string): never => {
  throw new NotRecordable(reason)
}

/** The kernels, each call of which is told before it is made. */
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

/** Does the work as ever, and counts what it asks for. */
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
      // What is written once must not be another's before: it counts as living from the beginning, and for ever.
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
      // The call that comes next may get the memory, not one that was made before.
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
      layout: once(() => layOut(lives)),
      codes,
      tapeBytes,
      constantBytes,
      scratchBytes,
    }),
  }
}

/** A function that computes its result only once. */
function once<T>(compute: () => T): () => T {
  let found: { readonly value: T } | undefined
  return () => (found ??= { value: compute() }).value
}

const bytesOf = ({ buffer, byteOffset, byteLength }: Uint32Array | Float32Array): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength)

/** Recorded work: it lies in one block of memory, with the tensors that it made. */
export interface Tape {
  readonly calls: number
  /** All of the block. */
  readonly bytes: number
  /** Does the work again, on what its inputs hold now; its results are where they were. */
  replay(): void
  /** The same, with the time of each call; slower. */
  timed(): TimedCall[]
  /** The milliseconds of a replay that go into reading the tape. */
  readingMs(): number
  /** Is an address inside the block? */
  holds(address: number): boolean
  /** The tensors that were made in the block, by their data. */
  readonly dataIds: readonly object[]
  dispose(): void
}

const sizesOf = ({ layout, tapeBytes, constantBytes, scratchBytes }: Rehearsed): number[] => [
  layout().bytes,
  tapeBytes,
  constantBytes,
  scratchBytes,
]

/** The bytes that a recording of rehearsed work takes. */
export const blockBytes = (rehearsed: Rehearsed): number =>
  sizesOf(rehearsed).reduce((sum, size) => sum + Math.ceil(size / 16) * 16, 16)

/**
 * Does the work that was rehearsed once more, at addresses that stay, and writes down each call. `close` it behind the work:
 * work that is not what was rehearsed may have put two tensors into the same place.
 */
export function recording(
  instance: TrainingInstance,
  memory: Memory,
  rehearsed: Rehearsed,
): Recorder & { readonly tape: Tape; close(): void } {
  const { lifetimes, codes, constantBytes, scratchBytes } = rehearsed
  const { offsets } = rehearsed.layout()
  const bytes = blockBytes(rehearsed)
  const block = blockOf(memory, bytes)
  const [arena, tape, constants, scratch] = starts(block, sizesOf(rehearsed))
  let [made, written, kept, calls] = [0, 0, 0, 0]
  /** What the work has computed and not yet freed: the index of its lifetime by its address. */
  const living = new Map<number, number>()
  /** Whether something lives longer than it did in the rehearsal. */
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
      const address = arena! + offsets[made]!
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

/** Where stretches of some sizes begin that lie one behind the other, each at a multiple of 16. */
function starts(block: number, sizes: readonly number[]): number[] {
  let at = Math.ceil(block / 16) * 16
  return sizes.map((size) => {
    const start = at
    at += Math.ceil(size / 16) * 16
    return start
  })
}
