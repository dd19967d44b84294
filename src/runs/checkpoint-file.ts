import { copyFileSync, existsSync, linkSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { InputError } from '../base/errors.js'
import { writeAtomic } from '../base/files.js'
import { readSafetensors, safetensors } from '../base/safetensors.js'
import type { Checkpoint } from '../search/state.js'

/** The names of the last checkpoint in a folder and of the one before it. */
export const checkpointFiles = {
  last: 'search.safetensors',
  previous: 'search.previous.safetensors',
} as const
export type WhichCheckpoint = keyof typeof checkpointFiles

const lambdaPrefix = 'l/'
const goodPrefix = 'good/'
const carriedPrefix = 'carried/'
const prefixes = [goodPrefix, carriedPrefix]

/**
 * Writes a checkpoint in the safetensors layout with a hash of all bytes. The write is atomic, so that a crash leaves the old file intact. The old file is kept as the previous
 * checkpoint, unless it is of the same iteration (`again`).
 */
export function writeCheckpoint(folder: string, checkpoint: Checkpoint, again = false): void {
  const bytes = checkpointBytes(checkpoint)
  if (!again) keepPrevious(folder)
  writeAtomic(join(folder, checkpointFiles.last), bytes)
}

/** A checkpoint in the safetensors layout, with a hash of all bytes. */
export function checkpointBytes(checkpoint: Checkpoint): Uint8Array {
  const state = JSON.stringify(checkpoint, (_, value: unknown) => (value instanceof Map ? undefined : value))
  return safetensors({ state }, arraysOf(checkpoint))
}

/** All arrays of a checkpoint, including those of its good state. */
const arraysOf = ({ arrays, lambdas, good, stage }: Checkpoint): [string, Float32Array | Float64Array][] => [
  ...arrays,
  ...[...(stage?.carried?.weights ?? [])].map(([name, v]): [string, Float32Array] => [
    `${carriedPrefix}${name}`,
    v,
  ]),
  ...[...lambdas].map(([name, v]): [string, Float64Array] => [`${lambdaPrefix}${name}`, v]),
  ...(good ? arraysOf(good).map(([name, v]): [string, typeof v] => [`${goodPrefix}${name}`, v]) : []),
]

/** Links the last checkpoint to the name of the previous one, so that it survives being replaced. */
function keepPrevious(folder: string): void {
  const last = join(folder, checkpointFiles.last)
  if (existsSync(last)) second(last, join(folder, checkpointFiles.previous))
}

/** Makes the previous checkpoint the last one. */
export function restorePrevious(folder: string): void {
  second(join(folder, checkpointFiles.previous), join(folder, checkpointFiles.last))
}

/** Makes `to` a hard link to a file, atomically; a copy if the file system has no links. */
function second(path: string, to: string): void {
  const temporary = `${to}.${process.pid}.tmp`
  rmSync(temporary, { force: true })
  try {
    linkSync(path, temporary)
  } catch {
    copyFileSync(path, temporary)
  }
  renameSync(temporary, to)
  // If both names were already links to the same file, the rename did nothing and left the temporary name.
  rmSync(temporary, { force: true })
}

/**
 * Reads a checkpoint from a folder; undefined if there is none. Throws an InputError that names the file if
 * it is damaged.
 */
export function readCheckpoint(folder: string, which: WhichCheckpoint = 'last'): Checkpoint | undefined {
  const path = join(folder, checkpointFiles[which])
  if (!existsSync(path)) return undefined
  try {
    return checkpointIn(readFileSync(path))
  } catch (error) {
    throw new InputError(
      `${path}: not a readable checkpoint (${error instanceof Error ? error.message : String(error)})`,
    )
  }
}

/** The checkpoint in the bytes that `checkpointBytes` gave. Throws if they are damaged. */
export function checkpointIn(bytes: Buffer): Checkpoint {
  const { metadata, arrays: all } = readSafetensors(bytes)
  const under = (prefix: string): Pick<Checkpoint, 'arrays' | 'lambdas'> => {
    const arrays = new Map<string, Float32Array>()
    const lambdas = new Map<string, Float64Array>()
    for (const [whole, values] of all) {
      if ((prefixes.find((each) => whole.startsWith(each)) ?? '') !== prefix) continue
      const name = whole.slice(prefix.length)
      if (values instanceof Float64Array) lambdas.set(name.slice(lambdaPrefix.length), values)
      else arrays.set(name, values)
    }
    return { arrays, lambdas }
  }
  const state = JSON.parse(metadata.state!) as Omit<Checkpoint, 'arrays' | 'lambdas'>
  const { good, stage } = state
  return {
    ...state,
    ...under(''),
    ...(good && { good: { ...good, ...under(goodPrefix) } }),
    ...(stage?.carried && {
      stage: { ...stage, carried: { ...stage.carried, weights: under(carriedPrefix).arrays } },
    }),
  }
}
