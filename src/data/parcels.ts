import { createHash } from 'node:crypto'
import { createReadStream, readdirSync, readFileSync, statSync } from 'node:fs'
import { basename, isAbsolute, join, relative, resolve } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { InputError } from '../base/errors.js'
import { nodeSha256 } from '../base/files.js'
import type { Config } from '../config/config-schema.js'
import { withPaths } from './file-settings.js'

/** One file of a parcel. */
export interface ParcelFile {
  /** Its path in the parcel's folder with slashes; empty if the parcel is the file. */
  readonly path: string
  readonly sha256: string
}

/** A file or a folder that a trial reads, known by its content. */
export interface Parcel {
  /** Its path in any cache: a hash of the content, and the name that it has. Readers look at names. */
  readonly name: string
  /** Its path in the configuration, and where that is: messages name these. */
  readonly path: string
  readonly whole: string
  readonly files: readonly ParcelFile[]
}

/** Makes parcels of paths relative to a folder. Throws an InputError if there is no regular file at one. */
export type Pack = (path: string) => Promise<Parcel>

export function packIn(folder: string): Pack {
  const known = new Map<string, Promise<Parcel>>()
  return (path) => {
    const made = known.get(path) ?? packed(path, isAbsolute(path) ? path : resolve(folder, path))
    known.set(path, made)
    return made
  }
}

async function packed(path: string, whole: string): Promise<Parcel> {
  const name = basename(whole)
  if (!statSync(whole, { throwIfNoEntry: false })?.isDirectory()) {
    const hash = await hashOf(whole)
    return { name: `${hash.slice(0, 32)}/${name}`, path, whole, files: [{ path: '', sha256: hash }] }
  }
  const files: ParcelFile[] = []
  for (const file of filesIn(whole)) files.push({ path: file, sha256: await hashOf(join(whole, file)) })
  return { name: `${nodeSha256(JSON.stringify(files)).slice(0, 32)}/${name}`, path, whole, files }
}

/** The files in a folder, in an order that is the same on every machine. */
const filesIn = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).replaceAll('\\', '/'))
    .sort((a, b) => (a < b ? -1 : 1))

/** Hashes that this process knows, by path, size and time of the last change: large files are read once. */
const hashes = new Map<string, Promise<string>>()

async function hashOf(path: string): Promise<string> {
  try {
    const stats = statSync(path)
    // Reading from a pipe would wait for a writer.
    if (!stats.isFile()) throw new Error('it is none')
    const state = JSON.stringify([path, stats.size, stats.mtimeMs, stats.ino])
    const hash = hashes.get(state) ?? readHash(path, stats.size)
    hashes.set(state, hash)
    hash.catch(() => hashes.delete(state))
    return await hash
  } catch (error) {
    throw new InputError(`expected a file, got "${path}" (${(error as Error).message})`)
  }
}

async function readHash(path: string, bytes: number): Promise<string> {
  // A stream for each of many small images takes several times as long.
  if (bytes <= 2 ** 20) return nodeSha256(readFileSync(path))
  const hash = createHash('sha256')
  await pipeline(createReadStream(path), hash)
  return hash.digest('hex')
}

/**
 * A configuration whose paths lead into any cache, and the parcels that must be there. It is the same on
 * every machine, so that a checkpoint made on one fits on another.
 */
export async function portable(
  config: Config,
  pack: Pack,
): Promise<{ readonly config: Config; readonly parcels: readonly Parcel[] }> {
  const paths: string[] = []
  mapPaths(config, (path) => (paths.push(path), path))
  const parcels = await Promise.all([...new Set(paths)].map(pack))
  const names = new Map(parcels.map(({ path, name }) => [path, name]))
  return { config: mapPaths(config, (path) => names.get(path)!), parcels }
}

/** Every path in a configuration that a trial reads. Schedules are documents by then. */
function mapPaths(config: Config, at: (path: string) => string): Config {
  const { data, objective, benchmark } = config
  return {
    ...config,
    data: withPaths(data, at),
    objective: {
      ...objective,
      ...(objective.latency !== undefined && { latency: at(objective.latency) }),
    },
    ...(benchmark && { benchmark: { ...benchmark, table: at(benchmark.table) } }),
  }
}
