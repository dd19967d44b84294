import { Redis } from 'ioredis'
import { Failure, InputError } from '../base/errors.js'
import type { RedisAddress } from './redis-address.js'

/** A connection that stays: it comes back by itself after a loss, and commands wait for it. */
export interface Connection {
  readonly redis: Redis
  /** Another connection of the same kind, for what blocks. It tells nothing. */
  readonly another: () => Redis
  /** Calls `back` each time the connection is there again after a loss. */
  readonly onBack: (back: () => void) => void
  /** Ends this and all others at once. */
  readonly close: () => void
}

/** The longest pause between two tries to connect again, in milliseconds. */
const longestPause = 2000

/**
 * Connects to a Redis. Throws a Failure if it cannot be reached and an InputError if it lets nobody in. A
 * later loss, and its end, are told to `say`.
 */
export async function connect(
  { shown, options }: RedisAddress,
  say: (text: string) => void,
): Promise<Connection> {
  let up = false
  const settings = {
    ...options,
    lazyConnect: true,
    // Commands wait for Redis as long as it takes, so that a restart of it loses nothing.
    maxRetriesPerRequest: null,
    retryStrategy: (times: number) => (up ? Math.min(times * 100, longestPause) : null),
  }
  const redis = new Redis(settings)
  let last: Error | undefined
  redis.on('error', (error) => (last = error))
  try {
    await redis.connect()
    await redis.ping()
  } catch (error) {
    redis.disconnect()
    throw refusal(shown, last ?? (error as Error))
  }
  up = true
  const connections = [redis]
  const backs: (() => void)[] = []
  let lost = false
  redis.on('close', () => {
    if (up && !lost) say(`${shown}: the connection is lost; trying again`)
    lost = true
  })
  redis.on('ready', () => {
    if (!lost) return
    lost = false
    say(`${shown}: connected again`)
    for (const back of backs) back()
  })
  return {
    redis,
    another() {
      const connection = new Redis({ ...settings, lazyConnect: false })
      connection.on('error', () => undefined)
      connections.push(connection)
      return connection
    },
    onBack: (back) => void backs.push(back),
    close() {
      up = false
      for (const each of connections) each.disconnect()
    },
  }
}

function refusal(shown: string, { message }: Error): Error {
  if (/^(NOAUTH|WRONGPASS|NOPERM)|invalid password|without any password/.test(message))
    return new InputError(
      `${shown}: expected the right password, in the address or in SENTEI_REDIS_PASSWORD, got another or none`,
    )
  return new Failure(`${shown}: Redis cannot be reached (${message}); start it, or correct the address`)
}
