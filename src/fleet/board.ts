import type { Redis } from 'ioredis'
import type { Identity } from './identity.js'

/** A comparison that has trials in a queue. */
export interface PostedComparison {
  readonly name: string
  readonly identity: Identity
}

/** A worker that waits for trials. */
export interface PostedWorker {
  readonly name: string
  readonly identity: Identity
  /** How many trials it runs at a time. */
  readonly concurrency: number
}

interface Kinds {
  readonly comparisons: PostedComparison
  readonly workers: PostedWorker
}

/** A notice that is not posted again is gone after so many seconds. */
const lasts = 20
const keyOf = (kind: string, name?: string): string => `sentei:${kind}${name === undefined ? '' : `:${name}`}`

/** How often comparisons and workers post, in milliseconds. */
export const postEvery = 5_000

/** Tells workers and comparisons of each other, so that those that do not fit can say why. */
export async function post<K extends keyof Kinds>(redis: Redis, kind: K, notice: Kinds[K]): Promise<void> {
  await redis
    .multi()
    .sadd(keyOf(kind), notice.name)
    .set(keyOf(kind, notice.name), JSON.stringify(notice), 'EX', lasts)
    .exec()
}

/** Takes a notice down. */
export async function withdraw(redis: Redis, kind: keyof Kinds, name: string): Promise<void> {
  await redis.multi().srem(keyOf(kind), name).del(keyOf(kind, name)).exec()
}

/** The notices of a kind that still hold, by name. */
export async function posted<K extends keyof Kinds>(redis: Redis, kind: K): Promise<readonly Kinds[K][]> {
  const names = await redis.smembers(keyOf(kind))
  if (names.length === 0) return []
  const texts = await redis.mget(names.map((name) => keyOf(kind, name)))
  const gone = names.filter((_, i) => texts[i] == null)
  if (gone.length > 0) await redis.srem(keyOf(kind), gone)
  return texts.flatMap((text) => (text == null ? [] : [JSON.parse(text) as Kinds[K]]))
}
