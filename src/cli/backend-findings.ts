import type { BackendName } from '../backend/start.js'
import { names } from './names.js'

/** What `doctor` found of one thing that Sentei needs or can use. */
export interface Finding {
  readonly what: string
  readonly ok: boolean
  /** Whether Sentei works without it. */
  readonly optional?: boolean
  readonly found: string
  /** A command that gets it, to paste. */
  readonly command?: string
}

/** The backend that computes where none is named. */
export const defaultBackend: BackendName = 'wasm'

/** Why a backend that works is taken only by `--backend`, or that it is the one which is chosen. */
const reasons: Readonly<Record<BackendName, string>> = {
  wasm: 'chosen: it is always there, and gives the same bytes for the same seed',
  cpu: 'not chosen: it is plain JavaScript, and many times slower',
  webgpu: 'not chosen: its last bits differ from run to run',
  tensorflow: 'not chosen: it must be installed first, and its last bits depend on the machine',
}

/** How to get the backends that are optional. */
const commands: Readonly<Partial<Record<BackendName, string>>> = {
  webgpu: 'npm install --no-save --save-optional webgpu @tensorflow/tfjs-backend-webgpu',
  tensorflow: 'npx sentei doctor --install tensorflow',
}

async function commandFor(name: BackendName): Promise<string | undefined> {
  const { firstNodeWithout } = await import('../backend/tensorflow/builds.js')
  const unusable = name === 'tensorflow' && Number.parseInt(process.versions.node) >= firstNodeWithout
  return unusable ? undefined : commands[name]
}

/** Starts every backend: which work, which one is chosen, why the others are not, and how to get those that are absent. */
export async function backendFindings(): Promise<Finding[]> {
  const { useBackend } = await import('../backend/index.js')
  const findings: Finding[] = []
  // wasm comes last, because the backend that is started last stays current.
  for (const name of [...names.backends].reverse()) {
    const what = `backend ${name}`
    const optional = name in commands
    try {
      await useBackend(name)
      const version = name === 'tensorflow' ? `works, ${await tensorflowVersion()}` : 'works'
      findings.unshift({ what, ok: true, optional, found: `${version}; ${reasons[name]}` })
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error)
      const problem = message.replace(/^backend \w+: /, '').replace(/ \(.*\)$/s, '')
      const paste = await commandFor(name)
      findings.unshift({ what, ok: false, optional, found: problem, ...(paste && { command: paste }) })
    }
  }
  return findings
}

async function tensorflowVersion(): Promise<string> {
  const { backend } = await import('@tensorflow/tfjs-core')
  const { binding, isUsingGpuDevice } = backend() as unknown as {
    readonly binding: { readonly TF_Version: string }
    readonly isUsingGpuDevice: boolean
  }
  return `TensorFlow ${binding.TF_Version} on ${isUsingGpuDevice ? 'GPU' : 'CPU'}`
}
