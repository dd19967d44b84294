import type * as Ort from 'onnxruntime-web'
import { InputError } from '../../base/errors.js'
import { sessionIn, type OnnxSession } from './session.js'

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
  return sessionIn(ort, bytes)
}

async function runtime(): Promise<typeof Ort | undefined> {
  try {
    return await import('onnxruntime-web')
  } catch (error) {
    if ((error as { code?: string }).code === 'ERR_MODULE_NOT_FOUND') return undefined
    throw error
  }
}
