import type { RedisAddress } from '../fleet/redis-address.js'
import { files, type Arguments, type Parameter } from './command.js'
import { text } from './options.js'

export const redisCa: Parameter = {
  type: 'string',
  requiresArg: true,
  suggest: [files],
  describe: 'the certificates that sign the one of a Redis with TLS (rediss://), as a PEM file',
}

/** The address of Redis in an option. A password stands in it, or in SENTEI_REDIS_PASSWORD. */
export async function redisIn(args: Arguments, name: string): Promise<RedisAddress | undefined> {
  const given = text(args, name)
  if (given === undefined) return undefined
  const { redisAddress } = await import('../fleet/redis-address.js')
  const password = process.env.SENTEI_REDIS_PASSWORD
  return redisAddress(given, { path: `--${name}`, ca: text(args, 'redis-ca'), password })
}
