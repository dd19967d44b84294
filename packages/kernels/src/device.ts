import { backend, type TensorInfo } from '@tensorflow/tfjs-core'
import { listening, refuseWhereFull, tapesOf, type WasmBackend } from './backend.js'
import type { Memory } from './arena.js'
import type { Recorder } from './recorder.js'
import { programOf, type Program, type Written } from './program.js'
import { recording, type Tape } from './recording.js'
import { rehearsal, type Rehearsed } from './rehearsal.js'
import { trainingModule, type TrainingInstance, type TrainingModule } from './training-module.js'
import { workspaces, type Workspaces } from './workspace.js'

/**
 * Our kernels. They work directly on the memory of the wasm backend, so nothing is copied between the two.
 * Only the backend grows the memory. Addresses are unsigned and count bytes. It owns a scratch area; dispose
 * it after use.
 */
export class Device {
  readonly relaxed: boolean
  readonly #instance: TrainingInstance
  /** The backend's memory itself, also while something is recorded. */
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

  /** The kernels. During a rehearsal or recording, every call is noted before it is made. */
  get kernels(): TrainingModule {
    return this.#recorder?.kernels ?? this.#instance.kernels
  }

  /** During a rehearsal or recording, throws NotRecordable with a reason such as `reading numbers`. */
  refuse(reason: string): void {
    this.#recorder?.refuse(reason)
  }

  /**
   * During a rehearsal or recording, notes that a tensor's numbers change: whoever replays the tape writes
   * them anew before each replay.
   */
  vary(tensor: { dataId: object }): void {
    this.#recorder?.vary(this.pointer(tensor))
  }

  /**
   * During a rehearsal or recording, notes that a tensor's numbers are random: each replay first calls `draw`
   * for new ones.
   */
  refill(tensor: { dataId: object }, draw: () => Float32Array): void {
    this.#recorder?.refill(this.pointer(tensor), draw)
  }

  /** Whether something is being rehearsed or recorded. */
  get records(): boolean {
    return this.#recorder !== undefined
  }

  /**
   * Runs `work` as usual, and finds out what a recording of it needs. Throws NotRecordable if it cannot be
   * recorded.
   */
  rehearse<T>(work: () => T): { result: T; rehearsed: Rehearsed } {
    const recorder = rehearsal(this.#instance, this.#memory)
    return { result: this.#heard(recorder, work), rehearsed: recorder.rehearsed() }
  }

  /**
   * Runs work that was rehearsed, and records it. The tensors that it leaves lie in the tape's memory. After
   * `replay` they hold the results for what the inputs hold at that time. Dispose them, and erase the tape.
   * Throws NotRecordable if the work differs from what was rehearsed, or if its memory cannot be allocated.
   * Recordings to which the same `spaces` are given share the memory of what they free before they end.
   */
  record<T>(
    rehearsed: Rehearsed,
    work: () => T,
    spaces: Workspaces = this.workspaces(),
  ): { result: T; tape: Tape } {
    const recorder = recording(this.#instance, this.#memory, spaces, rehearsed)
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

  /** Lends workspaces to recordings of this device, one after another. */
  workspaces(): Workspaces {
    return workspaces(this.#memory)
  }

  /** A program in memory of its own. The caller disposes it. */
  program(written: Written): Program {
    return programOf(this.#instance, this.#memory, written)
  }

  /** Frees a tape's memory. The tensors in it become invalid, and disposing them later frees no memory. */
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
   * Whether this tensor's memory may be overwritten, because nothing else uses it, such as a reshaped tensor
   * or a clone. During a rehearsal or recording, constants and inputs may not be, because every replay reads
   * them again.
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

  /** The address of a scratch area of at least `bytes` bytes. It is valid until more bytes are requested. */
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

  /**
   * The numbers of a float32 tensor, as a view that is valid until the memory grows. Throws NotRecordable
   * during a rehearsal or recording.
   */
  numbers(tensor: TensorInfo): Float32Array {
    this.refuse('numbers that are read or written beside the kernels')
    const length = tensor.shape.reduce((product, size) => product * size, 1)
    return new Float32Array(this.memory.buffer, this.pointer(tensor), length)
  }

  /** `count` float32 numbers at an address, as a view that is valid until the memory grows. */
  view(address: number, count: number): Float32Array {
    return new Float32Array(this.memory.buffer, address, count)
  }

  dispose(): void {
    if (this.#scratch !== 0) this.#memory.free(this.#scratch)
    this.#scratch = 0
    this.#scratchBytes = 0
  }
}
