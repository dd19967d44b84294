import * as tf from '@tensorflow/tfjs-core'
import { useBackend, type BackendName } from '../backend/index.js'
import { nodeSha256 } from '../base/files.js'
import { randomSource } from '../base/random.js'
import { ownVersion } from '../base/version.js'

/**
 * What the bits of a result depend on beside the trial: two processes that are equal in this compute the
 * same.
 */
export interface Identity {
  /** The version of Sentei. */
  readonly version: string
  readonly backend: BackendName
  /** On wasm: whether there is SIMD; null on other backends. */
  readonly simd: boolean | null
  /** On wasm: whether the relaxed-SIMD kernels compute (`relaxedSimd` of a configuration). */
  readonly relaxed: boolean
  /** Which kinds of jobs it knows (`jobKinds`): another build of the same version may know others. */
  readonly jobs: number
  /** Twelve hexadecimal digits of the SHA-256 of what this machine computes in a small known task. */
  readonly bits: string
}

/** 1: trials. 2: the tries of a planner beside them. */
export const jobKinds = 2

/** The identity of this process. Starts the backend. Throws an InputError if that is not there. */
export async function ownIdentity(backend: BackendName, relaxed: boolean): Promise<Identity> {
  await useBackend(backend, { relaxed })
  return {
    version: ownVersion(),
    backend,
    simd: backend === 'wasm' ? Boolean(await tf.env().getAsync('WASM_HAS_SIMD_SUPPORT')) : null,
    relaxed,
    jobs: jobKinds,
    bits: computedBits(),
  }
}

/** Sums of products and exponentials: where machines differ if they do, as in fused multiply-adds. */
function computedBits(): string {
  const numbers = randomSource(1)
    .stream('identity')
    .normals(64 * 64)
  const values = tf.tidy(() => {
    const x = tf.tensor2d(numbers, [64, 64])
    return tf.softmax(tf.tanh(tf.matMul(x, tf.transpose(x)))).dataSync()
  })
  return nodeSha256(new Uint8Array(values.buffer, values.byteOffset, values.byteLength)).slice(0, 12)
}

/** An identity as text: `sentei 0.1.0 on wasm with SIMD (bits 5f0c…)`. */
export const identityText = ({ version, backend, simd, relaxed, bits }: Identity): string =>
  `sentei ${version} on ${backend}${simd === null ? '' : relaxed ? ' with relaxed SIMD' : simd ? ' with SIMD' : ' without SIMD'} (bits ${bits})`

/** Why a process may not compute what another one expects, and what helps; undefined if it may. */
export function mismatch(expected: Identity, actual: Identity): string | undefined {
  const remedy = remedyFor(expected, actual)
  return remedy && `expected ${identityText(expected)}, got ${identityText(actual)}; ${remedy}`
}

function remedyFor(expected: Identity, actual: Identity): string | undefined {
  if (expected.version !== actual.version) return 'install the same version'
  if (expected.backend !== actual.backend) return `start a worker with --backend ${expected.backend}`
  if (expected.relaxed !== actual.relaxed)
    return `start a worker ${expected.relaxed ? 'with' : 'without'} --relaxed-simd`
  if (expected.jobs !== actual.jobs)
    return `it is of another build, which knows jobs of other kinds: install the same one`
  if (expected.simd !== actual.simd || expected.bits !== actual.bits)
    return 'its results would differ in their last bits: use a machine of the same kind'
  return undefined
}

/** The name of the queue of an identity: who listens there may compute what is in it. */
export const queueOf = ({ version, backend, simd, relaxed, jobs, bits }: Identity): string =>
  `trials-${nodeSha256(JSON.stringify([version, backend, simd, relaxed, jobs, bits])).slice(0, 16)}`
