import { copyFileSync, existsSync, linkSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { InputError } from '../base/errors.js'
import { sha256, writeAtomic } from '../base/files.js'
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
/** A placeholder for the hash while it is computed, because a file cannot contain a hash of itself. */
const noHash = '0'.repeat(64)

/**
 * Writes a checkpoint in the safetensors layout (length, JSON header, arrays) with a hash of all bytes. The
 * write is atomic, so that a crash leaves the old file intact. The old file is kept as the previous
 * checkpoint, unless it is of the same iteration (`again`).
 */
export function writeCheckpoint(folder: string, checkpoint: Checkpoint, again = false): void {
  const state = JSON.stringify(checkpoint, (_, value: unknown) => (value instanceof Map ? undefined : value))
  const header: Record<string, unknown> = { __metadata__: { sha256: noHash, state } }
  const all = arraysOf(checkpoint)
  let offset = 0
  for (const [name, values] of all) {
    header[name] = {
      dtype: values instanceof Float64Array ? 'F64' : 'F32',
      shape: [values.length],
      data_offsets: [offset, offset + values.byteLength],
    }
    offset += values.byteLength
  }
  const json = Buffer.from(JSON.stringify(header))
  const padded = Buffer.alloc(Math.ceil(json.length / 8) * 8, ' ')
  json.copy(padded)
  const length = Buffer.alloc(8)
  length.writeBigUInt64LE(BigInt(padded.length))
  const bodies = all.map(([, v]) => Buffer.from(v.buffer, v.byteOffset, v.byteLength))
  const bytes = Buffer.concat([length, padded, ...bodies])
  bytes.write(sha256(bytes), bytes.indexOf(noHash), 'latin1')
  if (!again) keepPrevious(folder)
  writeAtomic(join(folder, checkpointFiles.last), bytes)
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
    return parsed(readFileSync(path))
  } catch (error) {
    throw new InputError(
      `${path}: not a readable checkpoint (${error instanceof Error ? error.message : String(error)})`,
    )
  }
}

function parsed(bytes: Buffer): Checkpoint {
  const start = 8 + Number(bytes.readBigUInt64LE(0))
  const { __metadata__: metadata, ...entries } = JSON.parse(bytes.toString('utf8', 8, start)) as Record<
    string,
    { dtype: string; data_offsets: [number, number] }
  > & { __metadata__: { state: string; sha256?: string } }
  const end = Object.values(entries).reduce((most, { data_offsets: [, to] }) => Math.max(most, to), 0)
  if (bytes.length !== start + end) throw new Error(`expected ${start + end} bytes, got ${bytes.length}`)
  checkHash(bytes, metadata)
  const body = ([from, to]: [number, number]) =>
    bytes.buffer.slice(bytes.byteOffset + start + from, bytes.byteOffset + start + to)
  const under = (prefix: string): Pick<Checkpoint, 'arrays' | 'lambdas'> => {
    const arrays = new Map<string, Float32Array>()
    const lambdas = new Map<string, Float64Array>()
    for (const [whole, { dtype, data_offsets: range }] of Object.entries(entries)) {
      if ((prefixes.find((each) => whole.startsWith(each)) ?? '') !== prefix) continue
      const name = whole.slice(prefix.length)
      if (dtype === 'F64') lambdas.set(name.slice(lambdaPrefix.length), new Float64Array(body(range)))
      else arrays.set(name, new Float32Array(body(range)))
    }
    return { arrays, lambdas }
  }
  const state = JSON.parse(metadata.state) as Omit<Checkpoint, 'arrays' | 'lambdas'>
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

/**
 * Throws if the bytes are not those that were written. Older files have no hash, but only `state`; they pass.
 */
function checkHash(bytes: Buffer, { sha256: wanted, ...rest }: { sha256?: string }): void {
  if (wanted === undefined && Object.keys(rest).length === 1) return
  const at = bytes.indexOf(wanted ?? noHash)
  const hash = sha256(bytes.subarray(0, at), noHash, bytes.subarray(at + noHash.length))
  if (hash !== wanted) throw new Error('damaged: its hash is another')
}
