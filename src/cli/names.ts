import { readFileSync } from 'node:fs'
import type { BackendName } from '../backend/start.js'
import { packagePath } from '../base/package-path.js'

/** Names of what is registered, each in the order of its registry. */
export interface Names {
  /** Search spaces. */
  readonly spaces: readonly string[]
  /** Schedules in `schedules/`. */
  readonly presets: readonly string[]
  readonly relaxations: readonly string[]
  /** What an architecture is derived by. */
  readonly rules: readonly string[]
  /** What a run is exported as. */
  readonly formats: readonly string[]
  readonly backends: readonly BackendName[]
}

/** As the build wrote them down: help and completion name what they need not load. */
export const names = JSON.parse(readFileSync(packagePath('dist', 'names.json'), 'utf8')) as Names
