import { backend, type TensorInfo } from '@tensorflow/tfjs-core'
import { listening, refuseWhereFull, tapesOf, type WasmBackend } from './backend.js'
import type { Memory } from './arena.js'
import { recording, rehearsal, type Recorder, type Rehearsed, type Tape } from './recorder.js'
import { trainingModule, type TrainingInstance, type TrainingModule } from './training-module.js'

/**
 * Our kernels. They work directly on the memory of the wasm backend, so nothing is copied between the two.
 * Only the backend grows the memory. Addresses are unsigned and count bytes. It owns a scratch area; dispose
 * it after use.
 */
export class Device {
  readonly relaxed: boolean
  readonly #instance: TrainingInstance
  /** The backend's own, whatever is recorded. */
  readonly #memory: Memory
  readonly #backend: WasmBackend
  #scratch = 0
  #scratchBytes = 0
  #recorder: Recorder | undefined
  readonly #tapes: Set<Tape>

  /** Instantiates the kernels for the running wasm backend. */
  constructor(module: WebAssembly.Module, relaxed: boolean) {
    this.#backend = backend() as unknown as WasmBackend
    refuseWhereFull(this.#backend.wasm)
    this.#tapes = tapesOf(this.#backend.wasm)
    const { _malloc: malloc, _free: free } = this.#backend.wasm
    this.#memory = {
      malloc: (bytes) => malloc(bytes),
      free,
      scratch: (bytes) => this.#scratchOf(bytes),
      buffer: () => this.memory.buffer,
    }
    this.relaxed = relaxed
    this.#instance = trainingModule(module, this.memory)
  }

  /** The kernels; while something is recorded, each call of them is written down before it is made. */
  get kernels(): TrainingModule {
    return this.#recorder?.kernels ?? this.#instance.kernels
  }

  /** Says that what happens now cannot be recorded, where something is; for example `reading numbers`. */
  refuse(reason: string): void {
    this.#recorder?.refuse(reason)
  }

  /** Where something is recorded: the numbers of a tensor are written anew before each replay, by whoever replays it. */
  vary(tensor: { dataId: object }): void {
    this.#recorder?.vary(this.pointer(tensor))
  }

  /** Where something is recorded: the numbers of a tensor are drawn anew before each replay. */
  refill(tensor: { dataId: object }, draw: () => Float32Array): void {
    this.#recorder?.refill(this.pointer(tensor), draw)
  }

  /** Is something rehearsed or recorded? */
  get records(): boolean {
    return this.#recorder !== undefined
  }

  /** Does some work as ever, and finds out what a recording of it takes. Throws NotRecordable where it can have none. */
  rehearse<T>(work: () => T): { result: T; rehearsed: Rehearsed } {
    const recorder = rehearsal(this.#instance, this.#memory)
    return { result: this.#heard(recorder, work), rehearsed: recorder.found() }
  }

  /**
   * Does work that was rehearsed and records it. Tensors that are left lie in the tape's memory: after `replay` they hold the
   * results of the work on what its inputs hold then. Dispose them, and erase the tape. Throws NotRecordable where the work is not
   * what was rehearsed.
   */
  record<T>(rehearsed: Rehearsed, work: () => T): { result: T; tape: Tape } {
    const recorder = recording(this.#instance, this.#memory, rehearsed)
    const { tape } = recorder
    this.#tapes.add(tape)
    try {
      const result = this.#heard(recorder, work)
      recorder.close()
      return { result, tape }
    } catch (error) {
      this.erase(tape)
      throw error
    }
  }

  /** Frees a tape; the tensors in its memory are gone, and to dispose them later frees nothing. */
  erase(tape: Tape): void {
    if (!this.#tapes.delete(tape)) return
    const { dataIdMap } = this.#backend
    for (const id of tape.dataIds) if (dataIdMap.has(id)) dataIdMap.get(id).memoryOffset = 0
    tape.dispose()
  }

  #heard<T>(recorder: Recorder, work: () => T): T {
    if (this.#recorder) throw new Error('a recording inside of a recording')
    this.#recorder = recorder
    try {
      return listening(this.#backend, recorder, work)
    } finally {
      this.#recorder = undefined
    }
  }

  get memory(): WebAssembly.Memory {
    return this.#backend.wasm.asm.memory
  }

  /** The address of a tensor's first number. It stays the same until the tensor is disposed. */
  pointer(tensor: { dataId: object }): number {
    return this.#backend.dataIdMap.get(tensor.dataId).memoryOffset >>> 0
  }

  /**
   * Whether nothing else uses this tensor's memory, such as a reshaped tensor or a clone. What is recorded finds its constants
   * and inputs there once more at the next replay.
   */
  owns(tensor: { dataId: object }): boolean {
    const { memoryOffset, refCount } = this.#backend.dataIdMap.get(tensor.dataId)
    return refCount === 1 && (this.#recorder?.computes(memoryOffset >>> 0) ?? true)
  }

  /** A new float32 tensor with undefined content. */
  output(shape: readonly number[]): TensorInfo {
    return this.#backend.makeOutput([...shape], 'float32')
  }

  /**
   * Returns the addresses of areas with the given numbers of bytes, 16-byte aligned. Their content is
   * undefined, and they are valid until the next call. Request them after the outputs, because both may grow
   * the memory, and request all areas of a kernel in one call.
   */
  scratch<Sizes extends readonly number[]>(...sizes: Sizes): { [K in keyof Sizes]: number } {
    const rounded = sizes.map((bytes) => (bytes + 15) & ~15)
    const total = rounded.reduce((sum, bytes) => sum + bytes, 16)
    const start = this.#recorder ? this.#recorder.scratch(total) : this.#scratchOf(total)
    let at = Math.ceil(start / 16) * 16
    return rounded.map((bytes) => {
      const address = at
      at += bytes
      return address
    }) as { [K in keyof Sizes]: number }
  }

  /** The address of a scratch area of so many bytes, valid until more are asked for. */
  #scratchOf(bytes: number): number {
    if (bytes > this.#scratchBytes) {
      this.dispose()
      this.#scratch = this.#memory.malloc(bytes)
      this.#scratchBytes = bytes
    }
    return this.#scratch
  }

  /** Writes 32-bit words at an address. */
  write(address: number, words: ArrayLike<number>): void {
    if (this.#recorder) this.#recorder.write(address, Uint32Array.from(words))
    else new Uint32Array(this.memory.buffer, address, words.length).set(words)
  }

  /** The numbers of a float32 tensor, as a view that is valid until the memory grows. Nothing that is recorded. */
  numbers(tensor: TensorInfo): Float32Array {
    this.refuse('numbers that are read or written beside the kernels')
    const length = tensor.shape.reduce((product, size) => product * size, 1)
    return new Float32Array(this.memory.buffer, this.pointer(tensor), length)
  }

  /** So many float32 numbers at an address, as a view that is valid until the memory grows. */
  view(address: number, count: number): Float32Array {
    return new Float32Array(this.memory.buffer, address, count)
  }

  dispose(): void {
    if (this.#scratch !== 0) this.#memory.free(this.#scratch)
    this.#scratch = 0
    this.#scratchBytes = 0
  }
}
