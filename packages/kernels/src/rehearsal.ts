import { layOutApart, type ApartLayout, type Lifetime, type Memory } from './arena.js'
import { bytesOf, callBytes, overheard, refuse, type Recorder } from './recorder.js'
import type { TrainingInstance } from './training-module.js'

/**
 * What a rehearsal has found out: the memory and the calls that the same work needs again, in the same order.
 */
export interface Rehearsed {
  readonly lifetimes: readonly Lifetime[]
  /** Computed when it is first asked for: most passes of networks that change are never recorded. */
  readonly layout: () => ApartLayout
  /** The bytes of constants, by the index of their lifetime; except those that change between replays. */
  readonly constants: ReadonlyMap<number, Uint8Array>
  /** The codes of the kernels that are called, in the order of the calls. */
  readonly codes: readonly number[]
  readonly tapeBytes: number
  readonly constantBytes: number
  readonly scratchBytes: number
}

/** A recorder for a rehearsal: the work runs as usual, and its memory and calls are counted. */
export function rehearsal(instance: TrainingInstance, memory: Memory): Recorder & { rehearsed(): Rehearsed } {
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
  const vary = (address: number): void => {
    constants.delete(constantAt.get(address)!)
  }
  return {
    kernels: overheard(instance, hear),
    malloc(bytes, constant) {
      const address = memory.malloc(bytes)
      // A constant is not written again by replays, so nothing else may ever use its memory: it lives from
      // the beginning to the end.
      const places = constant ? constantAt : living
      places.set(address, lives.length)
      lives.push({ bytes, from: constant ? 0 : codes.length, until: Infinity })
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
    vary,
    scratch(bytes) {
      scratchBytes = Math.max(scratchBytes, bytes)
      return memory.scratch(bytes)
    },
    write(address, words) {
      constantBytes += Math.ceil(words.byteLength / 16) * 16
      hear(copy, [0, 0, 0, 0, 0, 0])
      new Uint8Array(memory.buffer(), address, words.byteLength).set(bytesOf(words))
    },
    refill: vary,
    refuse,
    rehearsed: () => ({
      lifetimes: lives,
      constants,
      layout: once(() => layOutApart(lives)),
      codes,
      tapeBytes,
      constantBytes,
      scratchBytes,
    }),
  }
}

/** A function that computes its result only once. */
function once<T>(compute: () => T): () => T {
  let result: { readonly value: T } | undefined
  return () => (result ??= { value: compute() }).value
}
