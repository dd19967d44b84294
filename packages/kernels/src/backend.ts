import type { TensorInfo } from '@tensorflow/tfjs-core'
import type { Recorder } from './recorder.js'
import type { Tape } from './recording.js'

/** The parts of TensorFlow.js's wasm backend that we use. */
export interface WasmBackend {
  readonly wasm: {
    /** The exports of its module, including its memory. */
    readonly asm: {
      readonly memory: WebAssembly.Memory
      malloc(this: void, bytes: number): number
      free(this: void, address: number): void
    }
    _malloc: (this: void, bytes: number) => number
    _free: (this: void, address: number) => void
  }
  readonly dataIdMap: {
    has(id: object): boolean
    get(id: object): { memoryOffset: number; readonly refCount: number }
  }
  makeOutput(shape: readonly number[], dtype: 'float32'): TensorInfo
  /** Allocates a tensor's memory, and fills it if values are given. */
  move: (this: unknown, ...of: [id: object, values: unknown, ...rest: unknown[]]) => void
  readSync: (this: unknown, id: object, start?: number, end?: number) => unknown
}

const bytesOf = ({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength)

/**
 * Runs `work` while the recorder allocates and frees the backend's memory, receives every new tensor, and
 * refuses reads of numbers.
 */
export function listening<T>(backend: WasmBackend, recorder: Recorder, work: () => T): T {
  const { wasm, move, readSync } = backend
  const { _malloc: malloc, _free: free } = wasm
  let constant = false
  wasm._malloc = (bytes) => recorder.malloc(bytes, constant)
  wasm._free = (address) => {
    if (!recorder.free(address >>> 0)) free(address)
  }
  backend.move = (id, values, ...rest) => {
    constant = values !== null && values !== undefined
    move.call(backend, id, values, ...rest)
    recorder.keep(id, constant ? bytesOf(values as ArrayBufferView) : undefined)
    constant = false
  }
  backend.readSync = () => recorder.refuse('reading numbers')
  try {
    return work()
  } finally {
    Object.assign(backend, { move, readSync })
    Object.assign(wasm, { _malloc: malloc, _free: free })
  }
}

/**
 * When the heap is full, `malloc` returns 0. TensorFlow.js 4.22 takes that for an address and overwrites
 * other tensors and its own module's data. This makes it throw instead, so that nothing is lost.
 */
export function refuseWhereFull(wasm: WasmBackend['wasm']): void {
  const { malloc } = wasm.asm
  wasm._malloc = (bytes) => {
    const address = malloc(bytes) >>> 0
    if (address === 0)
      throw new Error(
        `wasm backend: its heap of at most 4 GiB is full; take a smaller batch; asked for ${bytes} bytes`,
      )
    return address
  }
}

const tapes = new WeakMap<WasmBackend['wasm'], Set<Tape>>()

/**
 * The tapes of a backend; devices with different kernels share them. From the first call on, freeing a tensor
 * in a tape's memory does nothing, because that memory is freed with the tape.
 */
export function tapesOf(wasm: WasmBackend['wasm']): Set<Tape> {
  const known = tapes.get(wasm)
  if (known) return known
  const backendTapes = new Set<Tape>()
  tapes.set(wasm, backendTapes)
  const { free } = wasm.asm
  wasm._free = (address) => {
    for (const tape of backendTapes) if (tape.holds(address >>> 0)) return
    free(address)
  }
  return backendTapes
}
