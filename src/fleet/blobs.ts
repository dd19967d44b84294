import { createHash, randomUUID } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdir, open, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { Redis } from 'ioredis'
import { Failure, InputError } from '../base/errors.js'

/** The bytes of a chunk: small enough that Redis serves others between two of them. */
const chunkBytes = 2 ** 22

/** Seconds for which Redis keeps a file that no comparison asks for. */
const kept = 7 * 24 * 3600

const keyOf = (hash: string, chunk?: number): string =>
  `sentei:data:${hash}${chunk === undefined ? '' : `:${chunk}`}`

/** Whether Redis holds a file whole. Its chunks are then kept anew. */
async function renewed(redis: Redis, hash: string): Promise<boolean> {
  const count = await redis.get(keyOf(hash))
  if (count === null) return false
  const keys = [keyOf(hash), ...Array.from({ length: Number(count) }, (_, i) => keyOf(hash, i))]
  for (const key of keys) if ((await redis.expire(key, kept)) === 0) return false
  return true
}

/**
 * Puts a file into Redis under its SHA-256, unless it is there. Throws an InputError if the file no longer
 * has that hash.
 */
export async function putBlob(redis: Redis, hash: string, path: string): Promise<void> {
  const chunks = createReadStream(path, { highWaterMark: chunkBytes }) as AsyncIterable<Buffer>
  if (!(await putChunks(redis, hash, chunks)))
    throw new InputError(`${path}: expected the content that it had when the comparison began, got another`)
}

/** Puts bytes into Redis under their SHA-256, unless they are there. */
export async function putBytes(redis: Redis, hash: string, bytes: Buffer): Promise<void> {
  const count = Math.ceil(bytes.length / chunkBytes)
  const chunks = Array.from({ length: count }, (_, i) => bytes.subarray(i * chunkBytes, (i + 1) * chunkBytes))
  await putChunks(redis, hash, chunks)
}

/** Puts chunks into Redis, unless they are there. False if they do not have the hash. */
async function putChunks(
  redis: Redis,
  hash: string,
  chunks: Iterable<Buffer> | AsyncIterable<Buffer>,
): Promise<boolean> {
  if (await renewed(redis, hash)) return true
  const hasher = createHash('sha256')
  let count = 0
  for await (const bytes of chunks) {
    hasher.update(bytes)
    await redis.set(keyOf(hash, count++), bytes, 'EX', kept)
  }
  if (hasher.digest('hex') !== hash) return false
  // The number of chunks comes last: who finds it finds all of them.
  await redis.set(keyOf(hash), String(count), 'EX', kept)
  return true
}

/**
 * Writes a file that Redis holds to a path, as a whole or not at all. Throws a Failure if Redis does not hold
 * it, or holds other bytes.
 */
export async function getBlob(redis: Redis, hash: string, path: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true })
  const temporary = `${path}.${randomUUID()}.tmp`
  const file = await open(temporary, 'w')
  try {
    for await (const bytes of chunksOf(redis, hash)) await file.writeFile(bytes)
    await file.close()
    await rename(temporary, path)
  } finally {
    await file.close().catch(() => undefined)
    await rm(temporary, { force: true })
  }
}

/** The bytes that Redis holds under a hash. Throws a Failure if it does not hold them. */
export async function getBytes(redis: Redis, hash: string): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const bytes of chunksOf(redis, hash)) chunks.push(bytes)
  return Buffer.concat(chunks)
}

/**
 * The chunks of a blob. Throws a Failure if one is missing or, behind the last one, if the hash is another.
 */
async function* chunksOf(redis: Redis, hash: string): AsyncGenerator<Buffer> {
  const count = await redis.get(keyOf(hash))
  if (count === null)
    throw new Failure(`data ${hash}: Redis no longer holds them; the comparison puts them there again`)
  const hasher = createHash('sha256')
  for (let i = 0; i < Number(count); i++) {
    const bytes = await redis.getBuffer(keyOf(hash, i))
    if (bytes === null) throw new Failure(`data ${hash}: Redis lost a part of them`)
    hasher.update(bytes)
    yield bytes
  }
  if (hasher.digest('hex') !== hash) throw new Failure(`data ${hash}: Redis holds other bytes`)
}
