import type * as Ort from 'onnxruntime-web'
import { InputError } from '../../base/errors.js'
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

/** The version of onnxruntime-web; undefined if it is not installed. */
export async function runtimeVersion(): Promise<string | undefined> {
  return (await runtime())?.env.versions.web
}

/**
 * Loads an ONNX model with onnxruntime-web, on WebAssembly and one thread. Throws an InputError if that package
 * is not installed, with how to install it; `purpose` says what needs it.
 */
export async function onnxSession(bytes: Uint8Array, purpose: string): Promise<OnnxSession> {
  const ort = await runtime()
  if (!ort)
    throw new InputError(
      `onnxruntime-web: expected the package, which ${purpose}, got none; install it with "npm install onnxruntime-web"`,
    )
  // A thread would be a second copy of the module, and keep the process alive.
  ort.env.wasm.numThreads = 1
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
        new ort.Tensor(typeNames[type] as 'float32', values as Float32Array, dims),
      ])
      const found = await session.run(Object.fromEntries(tensors) as Record<string, never>)
      return found as unknown as Record<string, OnnxOutput>
    },
    release: () => session.release(),
  }
}

async function runtime(): Promise<typeof Ort | undefined> {
  try {
    return await import('onnxruntime-web')
  } catch (error) {
    if ((error as { code?: string }).code === 'ERR_MODULE_NOT_FOUND') return undefined
    throw error
  }
}
