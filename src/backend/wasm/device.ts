import { backend, type TensorInfo } from '@tensorflow/tfjs-core'
import { trainingModule, type TrainingModule } from './training-module.js'

/** The parts of TensorFlow.js's wasm backend that we use. */
interface WasmBackend {
  readonly wasm: {
    /** The exports of its module, including its memory. */
    readonly asm: { readonly memory: WebAssembly.Memory; malloc(this: void, bytes: number): number }
    _malloc(bytes: number): number
    _free(address: number): void
  }
  readonly dataIdMap: { get(id: object): { readonly memoryOffset: number; readonly refCount: number } }
  makeOutput(shape: readonly number[], dtype: 'float32'): TensorInfo
}

/**
 * Our kernels. They work directly on the memory of the wasm backend, so nothing is copied between the two.
 * Only the backend grows the memory. Addresses are unsigned and count bytes. It owns a scratch area; dispose
 * it after use.
 */
export class Device {
  readonly kernels: TrainingModule
  readonly relaxed: boolean
  readonly #backend: WasmBackend
  #scratch = 0
  #scratchBytes = 0

  /** Instantiates the kernels for the running wasm backend. */
  constructor(module: WebAssembly.Module, relaxed: boolean) {
    this.#backend = backend() as unknown as WasmBackend
    refuseWhereFull(this.#backend.wasm)
    this.relaxed = relaxed
    this.kernels = trainingModule(module, this.memory)
  }

  get memory(): WebAssembly.Memory {
    return this.#backend.wasm.asm.memory
  }

  /** The address of a tensor's first number. It stays the same until the tensor is disposed. */
  pointer(tensor: { dataId: object }): number {
    return this.#backend.dataIdMap.get(tensor.dataId).memoryOffset >>> 0
  }

  /** Whether nothing else uses this tensor's memory, such as a reshaped tensor or a clone. */
  owns(tensor: { dataId: object }): boolean {
    return this.#backend.dataIdMap.get(tensor.dataId).refCount === 1
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
    if (total > this.#scratchBytes) {
      this.dispose()
      this.#scratch = this.#backend.wasm._malloc(total)
      this.#scratchBytes = total
    }
    let at = Math.ceil(this.#scratch / 16) * 16
    return rounded.map((bytes) => {
      const address = at
      at += bytes
      return address
    }) as { [K in keyof Sizes]: number }
  }

  /** Writes 32-bit words at an address. */
  write(address: number, words: ArrayLike<number>, kind: 'u32' | 'f32' = 'u32'): void {
    const View = kind === 'u32' ? Uint32Array : Float32Array
    new View(this.memory.buffer, address, words.length).set(words)
  }

  /** A copy of the float64 numbers at an address. */
  readDoubles(address: number, count: number): Float64Array {
    return new Float64Array(this.memory.buffer, address, count).slice()
  }

  /** The numbers of a float32 tensor, as a view that is valid until the memory grows. */
  numbers(tensor: TensorInfo): Float32Array {
    const length = tensor.shape.reduce((product, size) => product * size, 1)
    return new Float32Array(this.memory.buffer, this.pointer(tensor), length)
  }

  dispose(): void {
    if (this.#scratch !== 0) this.#backend.wasm._free(this.#scratch)
    this.#scratch = 0
    this.#scratchBytes = 0
  }
}

/**
 * When the heap is full, `malloc` returns 0. TensorFlow.js 4.22 takes that for an address and overwrites
 * other tensors and its own module's data. This makes it throw instead, so that nothing is lost.
 */
function refuseWhereFull(wasm: WasmBackend['wasm']): void {
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
