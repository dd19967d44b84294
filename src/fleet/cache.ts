import { createHash } from 'node:crypto'
import { createReadStream, existsSync } from 'node:fs'
import { isAbsolute, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import type { Redis } from 'ioredis'
import { Failure } from '../base/errors.js'
import type { Parcel } from '../data/parcels.js'
import { getBlob } from './blobs.js'

/** Makes sure that a folder holds parcels; each file is fetched and verified once. */
export type Fetch = (parcels: readonly Parcel[]) => Promise<void>

/**
 * A cache of data in a folder. What is there already is verified before its first use, and fetched again if
 * it is damaged.
 */
export function cacheIn(folder: string, redis: Redis): Fetch {
  const known = new Map<string, Promise<void>>()
  const held = (path: string, hash: string): Promise<void> => {
    const running = known.get(path)
    if (running) return running
    const fetching = (async () => {
      if (!(existsSync(path) && (await hashOf(path)) === hash)) await getBlob(redis, hash, path)
    })()
    known.set(path, fetching)
    // What failed may work later.
    fetching.catch(() => known.delete(path))
    return fetching
  }
  return async (parcels) => {
    for (const { name, files } of parcels)
      for (const file of files) await held(placeIn(folder, name, file.path), file.sha256)
  }
}

/** A path in the cache. Names come from the queue, and must not lead out of it. */
function placeIn(folder: string, ...names: readonly string[]): string {
  if (names.some((name) => isAbsolute(name) || name.split(/[/\\]/).includes('..')))
    throw new Failure(`data: expected paths within the cache, got ${names.join('/')}`)
  return join(folder, ...names)
}

async function hashOf(path: string): Promise<string> {
  const hash = createHash('sha256')
  await pipeline(createReadStream(path), hash)
  return hash.digest('hex')
}
