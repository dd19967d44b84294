import type { Feed } from './raw-inputs.js'

/** An ONNX model that onnxruntime-web has loaded. */
export interface OnnxSession {
  readonly inputNames: readonly string[]
  readonly outputNames: readonly string[]
  /** Runs it on one batch. Throws if the feeds do not fit. */
  readonly run: (feeds: readonly Feed[]) => Promise<Readonly<Record<string, OnnxOutput>>>
  /** Frees its memory. */
  readonly release: () => Promise<void>
}

/** An output: its sizes with the batch, and its values. */
export interface OnnxOutput {
  readonly dims: readonly number[]
  readonly data: ArrayLike<number> | readonly string[]
}

const typeNames = { float: 'float32', double: 'float64', uint8: 'uint8', string: 'string' } as const

/** The module `onnxruntime-web`, or what of it is used. */
export interface OnnxRuntime {
  readonly InferenceSession: {
    create(bytes: Uint8Array, options: object): Promise<RuntimeSession>
  }
  readonly Tensor: new (type: never, values: never, dims: readonly number[]) => unknown
}

/** A model that `onnxruntime-web` has loaded. */
export interface RuntimeSession {
  readonly inputNames: readonly string[]
  readonly outputNames: readonly string[]
  run(feeds: never): Promise<unknown>
  release(): Promise<void>
}

/** Loads an ONNX model with a given onnxruntime-web, on WebAssembly. */
export async function sessionIn(ort: OnnxRuntime, bytes: Uint8Array): Promise<OnnxSession> {
  // Warnings are about constants that the runtime could not place elsewhere.
  const session = await ort.InferenceSession.create(bytes, {
    executionProviders: ['wasm'],
    logSeverityLevel: 3,
  })
  return {
    inputNames: session.inputNames,
    outputNames: session.outputNames,
    async run(feeds) {
      const tensors = feeds.map(({ name, type, dims, values }) => [
        name,
        new ort.Tensor(typeNames[type] as never, values as never, dims),
      ])
      const outputs = await session.run(Object.fromEntries(tensors) as never)
      return outputs as Record<string, OnnxOutput>
    },
    release: () => session.release(),
  }
}
