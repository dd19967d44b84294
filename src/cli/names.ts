import { readFileSync } from 'node:fs'
import type { BackendName } from '../backend/start.js'
import { packagePath } from '../base/package-path.js'

/** The names of everything that is registered, in the order of each registry. */
export interface Names {
  /** The search spaces. */
  readonly spaces: readonly string[]
  /** The schedules in `schedules/`. */
  readonly presets: readonly string[]
  readonly relaxations: readonly string[]
  /** The rules by which an architecture can be derived. */
  readonly rules: readonly string[]
  /** The formats into which a run can be exported. */
  readonly formats: readonly string[]
  /** How the weights of an exported model are stored. */
  readonly precisions: readonly string[]
  readonly backends: readonly BackendName[]
  /** What can run a network or its operations. */
  readonly runtimes: readonly string[]
}

/** The names as the build wrote them, so that help and completion need not load the registries. */
export const names = JSON.parse(readFileSync(packagePath('dist', 'names.json'), 'utf8')) as Names
