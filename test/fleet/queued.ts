import { once } from 'node:events'
import type { ChildProcess } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll } from 'vitest'
import { compare } from '../../src/compare/compare.js'
import { resultsCsv } from '../../src/compare/rows-csv.js'
import { freePort, startRedis, workplace, type Running } from './helper.js'

/**
 * A folder and a Redis for the tests of one `describe`, which starts before them and ends after them, and the
 * programs that talk through it, as users run them. These end after each test.
 */
export function queued() {
  const { folder, start, file, end, clean } = workplace()
  const at = (...names: string[]) => join(folder, ...names)
  let redis: ChildProcess
  let port: number
  const url = () => `redis://127.0.0.1:${port}`
  const stop = async () => {
    redis.kill('SIGKILL')
    await once(redis, 'exit')
  }
  beforeAll(async () => {
    port = await freePort()
    redis = await startRedis(port)
  })
  afterEach(end)
  afterAll(async () => {
    await stop()
    clean()
  })
  return {
    folder,
    start,
    file,
    at,
    url,
    /** Starts a Redis that knows nothing in place of this one. */
    restart: async (): Promise<void> => {
      await stop()
      redis = await startRedis(port)
    },
    worker: (...args: string[]): Running =>
      start(['worker', '--redis', url(), '--cache', at('cache'), '--takeover', '2', ...args]),
    comparing: (name: string, comparison: object): Running =>
      start(['compare', file(`${name}.json`, comparison), '--out', at(name), '--queue', url()]),
    results: (name: string): string => readFileSync(at(name, 'results.csv'), 'utf8'),
    /** The results of the same comparison in this process. */
    here: async (comparison: object): Promise<string> =>
      resultsCsv((await compare({ comparison, folder, workers: 1 })).rows),
  }
}
