import type { Memory } from './arena.js'
import { callBytes } from './recorder.js'
import type { Recordable, TrainingInstance } from './training-module.js'

/** A place in a program's own memory, in bytes from its beginning. */
export interface Place {
  readonly offset: number
}

/** A call of a kernel. Its arguments are numbers, and addresses: absolute ones, or places. */
export interface Call {
  readonly kernel: Recordable
  readonly args: readonly (number | Place)[]
}

/** What a program consists of. */
export interface Written {
  readonly calls: readonly Call[]
  /** The size of the program's own memory, and what lies in it at first; the rest is 0. */
  readonly bytes: number
  readonly constants: readonly (readonly [Place, Float32Array | Int32Array])[]
  /** Float32 numbers that each run asks for before its calls. */
  readonly live: readonly (readonly [Place, () => number])[]
}

/** Calls of kernels at fixed addresses, which one call from JavaScript makes. Dispose it after use. */
export interface Program {
  run(): void
  dispose(): void
}

/** Writes a program into memory of its own, in the form of a tape. */
export function programOf(
  instance: TrainingInstance,
  { malloc, free, buffer }: Pick<Memory, 'malloc' | 'free' | 'buffer'>,
  { calls, bytes, constants, live }: Written,
): Program {
  const tapeBytes = calls.reduce((sum, { args }) => sum + callBytes(args.length), 0)
  const room = Math.ceil(bytes / 16) * 16
  const block = malloc(16 + room + tapeBytes)
  const start = Math.ceil(block / 16) * 16
  const tape = start + room
  new Uint8Array(buffer(), start, room).fill(0)
  for (const [{ offset }, numbers] of constants)
    new Uint8Array(buffer(), start + offset, numbers.byteLength).set(new Uint8Array(numbers.buffer))
  const words = new Float64Array(buffer(), tape, tapeBytes / 8)
  let at = 0
  for (const { kernel, args } of calls) {
    words[at] = instance.codeOf(kernel)!
    words[at + 1] = args.length
    args.forEach((arg, i) => (words[at + 2 + i] = typeof arg === 'number' ? arg : start + arg.offset))
    at += 2 + args.length
  }
  let numbers: Float32Array = new Float32Array(0)
  return {
    run() {
      // Views end when the memory grows.
      if (numbers.buffer !== buffer()) numbers = new Float32Array(buffer(), start, room / 4)
      for (const [{ offset }, value] of live) numbers[offset / 4] = value()
      instance.replay(tape, tape + tapeBytes)
    },
    dispose: () => free(block),
  }
}
