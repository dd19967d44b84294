import { createRequire } from 'node:module'
import { InputError } from '../../base/errors.js'
import { builds, firstNodeWithout } from './builds.js'

/**
 * Registers the backend `tensorflow`: of the GPU build if that loads, otherwise of the CPU build. An InputError
 * says what is missing, and the command that installs it.
 */
export async function loadTensorflow(): Promise<void> {
  checkNode(process.versions.node)
  // Set before the library starts: otherwise it writes its start into every command's stderr.
  process.env.TF_CPP_MIN_LOG_LEVEL ??= '1'
  const reasons: string[] = []
  for (const { package: name } of Object.values(builds)) {
    if (!isInstalled(name)) continue
    try {
      await import(name)
      return
    } catch (error) {
      reasons.push(`${name} is installed but does not load: ${firstLine(error)}`)
    }
  }
  const problem = reasons.join('; ') || 'its package is not installed'
  throw new InputError(
    `backend tensorflow: ${problem}; run sentei doctor --install tensorflow, or use --backend wasm`,
  )
}

/** Refuses versions of Node.js without what the packages call, which would fail in the middle of a search. */
export function checkNode(version: string): void {
  if (Number.parseInt(version) >= firstNodeWithout)
    throw new InputError(
      `backend tensorflow: expected Node.js 20 or 22, because its packages call util.isNullOrUndefined, ` +
        `which later ones lack; use one of these, or --backend wasm; got ${version}`,
    )
}

const require = createRequire(import.meta.url)

function isInstalled(name: string): boolean {
  try {
    require.resolve(`${name}/package.json`)
    return true
  } catch {
    return false
  }
}

const firstLine = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).split('\n')[0]!.trim()
