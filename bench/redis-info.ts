import type { Redis } from 'ioredis'

/** What a Redis has done since it began, and what it holds. */
export interface RedisLoad {
  readonly commands: number
  /** Bytes that came in and went out. */
  readonly bytes: number
  /** Seconds of CPU time of its process. */
  readonly cpu: number
  /** Bytes that it holds now. */
  readonly memory: number
}

/** Reads INFO. The counters grow from the start of the server on; this call itself is in the next one's. */
export async function redisLoad(redis: Redis): Promise<RedisLoad> {
  const text = await redis.info()
  const value = (name: string) => Number(new RegExp(`^${name}:([\\d.]+)`, 'm').exec(text)![1])
  return {
    commands: value('total_commands_processed'),
    bytes: value('total_net_input_bytes') + value('total_net_output_bytes'),
    cpu: value('used_cpu_user') + value('used_cpu_sys'),
    memory: value('used_memory'),
  }
}

/** What a Redis did between two looks, for each of so many jobs or seconds. */
export const loadEach = (before: RedisLoad, after: RedisLoad, count: number) => ({
  commands: (after.commands - before.commands) / count,
  kilobytes: (after.bytes - before.bytes) / 1000 / count,
  cpuMs: (1000 * (after.cpu - before.cpu)) / count,
})
