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

export const callBytes = (args: number): number => 16 + args * 8
export const refuse = (reason: string): never => {
  throw new NotRecordable(reason)
}

/**
 * The kernels, changed so that `hear` is called before each call. A kernel without a code throws
 * NotRecordable.
 */
export function overheard(
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

export const bytesOf = ({ buffer, byteOffset, byteLength }: Uint32Array | Float32Array): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength)
