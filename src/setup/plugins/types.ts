import type { Reader } from '../../data/readers/types.js'
import type { Operation } from '../../supernet/operations/types.js'
import type { OwnParts } from '../single-trial.js'
import type { PluginKit } from './kit.js'

/** Your own parts in a file: those that a call takes, and operations for spaces that name their operations. */
export interface Plugin extends OwnParts {
  /** They can be named wherever a space of the registry names operations. */
  readonly operations?: readonly Operation[]
  /** Readers of data files. */
  readonly readers?: readonly Reader[]
}

/** What the file of a plugin exports by default: its parts, or a function that makes them out of a kit. */
export type PluginModule = Plugin | ((kit: PluginKit) => Plugin | Promise<Plugin>)

/** A file that was loaded. */
export interface PluginFile {
  /** Its absolute path, which no run keeps. */
  readonly path: string
  /** The name of the file. */
  readonly name: string
  /** SHA-256 of the file; if it imports others by relative paths, of all of them. */
  readonly sha256: string
  /** What it has: `term rareness`, `space pyramid`. */
  readonly parts: readonly string[]
}

/** The plugins of a call. */
export interface Plugins {
  readonly files: readonly PluginFile[]
  /** All of their parts, by which those of a call's own are told apart. */
  readonly parts: ReadonlySet<unknown>
  /** Whether a run may go on with other versions of what it was made with. */
  readonly changed: boolean
}

/** Declares a plugin, so that an editor knows the types of its parts. */
export const definePlugin = <P extends PluginModule>(plugin: P): P => plugin
