import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { packagePath } from '../../src/base/files.js'
import { randomSource } from '../../src/base/random.js'
import { compare } from '../../src/compare/compare.js'
import { resultsCsv } from '../../src/compare/rows-csv.js'
import { textTable } from '../../src/cli/table.js'
import { tiny } from '../compare/helper.js'
import { freePort, redisServer, startRedis, until, workplace } from './helper.js'
import { fateOf, killed, type Told } from './fates.js'
import { namespaces, proxies, type Network } from './network.js'

const seed = Number(process.env.SENTEI_CHAOS_SEED ?? 1)
const workers = 3
const takeover = 2
/** Seconds for which a network is cut: longer than a trial may give no sign of life. */
const cutFor = 3 * takeover

/** 60 trials of seconds. */
const comparison = tiny({
  base: {
    supernet: { space: 'mlp-cell', options: { blocks: 1, width: 6, hidden: 6 } },
    search: { steps: 4000, batch: 32 },
    retrain: { steps: 10, batch: 32 },
  },
  methods: { none: 'none', fixed: 'fixed-l1' },
  seeds: Array.from({ length: 30 }, (_, i) => i + 1),
})

const { folder, start, file, end, clean } = workplace()
const ends: (() => unknown)[] = [clean]
afterAll(async () => {
  await end()
  for (const each of ends.reverse()) await each()
})

const kinds = ['worker killed', 'network cut', 'Redis restarted'] as const

/** Twelve events in a drawn order: what, after how many trials, with which pause behind that, on which worker. */
function drawnEvents() {
  const random = randomSource(seed).stream('chaos')
  const after = [...random.permutation(48)].slice(0, 12).sort((a, b) => a - b)
  return [...random.permutation(12)].map((n, i) => ({
    kind: kinds[n % 3]!,
    after: after[i]!,
    pause: random.uniform(),
    target: random.integer(workers),
  }))
}

/** A Redis that appends to a file, and can be killed and started again on that file. */
async function lastingRedis(address: string, port: number) {
  const options = ['--bind', address, '--protected-mode', 'no', '--dir', folder, '--appendonly', 'yes']
  let server = await startRedis(port, ...options)
  ends.push(() => server.kill('SIGKILL'))
  return async () => {
    server.kill('SIGKILL')
    await once(server, 'exit')
    server = await startRedis(port, ...options)
  }
}

/** Three workers, each at its end of the network, and what they tell. Who ends is started again, as by a container's engine. */
function fleetOn({ links }: Network, told: Told[]) {
  const children: ChildProcess[] = []
  let over = false
  const began = (i: number) => {
    const { prefix, host, port } = links[i]!
    const words = ['worker', '--redis', `redis://${host}:${port}`, '--takeover', String(takeover)]
    const paths = ['--shared', join(folder, 'shared'), '--cache', join(folder, `cache-${i}`)]
    const program = [process.execPath, packagePath('dist/src/cli/main.js')]
    const [first, ...rest] = [...prefix, ...program, ...words, ...paths]
    const child = spawn(first!, rest, { stdio: ['ignore', 'ignore', 'pipe'] })
    child.stderr.on('data', (bytes) => {
      for (const text of String(bytes).trim().split('\n'))
        told.push({ worker: i, at: performance.now(), text })
    })
    child.on('exit', () => over || setTimeout(() => over || began(i), 500))
    children[i] = child
  }
  links.forEach((_, i) => began(i))
  ends.push(() => {
    over = true
    for (const child of children) child.kill('SIGKILL')
  })
  return {
    kill(i: number) {
      children[i]!.kill('SIGKILL')
      told.push({ worker: i, at: performance.now(), text: killed })
    },
  }
}

test.skipIf(redisServer() === undefined)(
  'sixty trials count exactly once, though workers die, their network is cut, and Redis is restarted, twelve times',
  async () => {
    const port = await freePort()
    const network = namespaces(workers, port) ?? (await proxies(workers, port))
    ends.push(network.dispose)
    const restart = await lastingRedis(network.address, port)
    const told: Told[] = []
    const fleet = fleetOn(network, told)
    const out = join(folder, 'out')
    const args = ['compare', file('chaos.json', comparison), '--out', out]
    const run = start([...args, '--queue', `redis://${network.address}:${port}`])
    const rows = () => readFileSync(join(out, 'trials.jsonl'), 'utf8').split('\n').filter(Boolean)
    const mending: Promise<void>[] = []
    const happened: { kind: string; target: number | undefined; at: number; done: number }[] = []
    const events = {
      'worker killed': (i: number) => fleet.kill(i),
      'network cut': (i: number) => {
        network.links[i]!.cut()
        const later = new Promise((resolve) => setTimeout(resolve, cutFor * 1000))
        mending.push(later.then(() => network.links[i]!.mend()))
      },
      'Redis restarted': () => restart(),
    }
    const begin = performance.now()
    for (const { kind, after, pause, target } of drawnEvents()) {
      await until(() => run.child.exitCode !== null || told.some(({ text }) => text.endsWith(': begins')))
      await until(() => run.child.exitCode !== null || after === 0 || rows().length >= after)
      await new Promise((resolve) => setTimeout(resolve, 1000 * pause))
      expect(run.child.exitCode, run.told()).toBeNull()
      const done = after === 0 ? 0 : rows().length
      happened.push({
        kind,
        target: kind === 'Redis restarted' ? undefined : target,
        at: performance.now(),
        done,
      })
      await events[kind](target)
    }
    expect(await run.ended, run.told()).toBe(0)
    await Promise.all(mending)
    console.log(
      `Seed ${seed}; ${network.kind}; ${((performance.now() - begin) / 1000).toFixed(0)} s in all.\n${report()}`,
    )
    const keys = rows().map((row) => (JSON.parse(row) as { key: string }).key)
    expect(keys).toHaveLength(60)
    expect(new Set(keys).size).toBe(60)
    // A worker that is cut off may compute in vain, but Redis takes the result of one alone.
    const ended = told.flatMap(({ text }) => /^(.*): ended/.exec(text)?.[1] ?? [])
    expect(ended.length).toBe(new Set(ended).size)
    const here = await compare({ comparison, workers: 1 })
    expect(here.rows.filter(({ failed }) => failed !== null)).toEqual([])
    expect(readFileSync(join(out, 'results.csv'), 'utf8')).toBe(resultsCsv(here.rows))

    function report(): string {
      const lines = happened.map(({ kind, target, at, done }) => [
        kind + (target === undefined ? '' : ` ${target}`),
        ((at - begin) / 1000).toFixed(1),
        String(done),
        fateOf(told, at, target),
      ])
      return textTable([['event', 'at s', 'done', 'what was at work, and became of it'], ...lines], 4)
    }
  },
  1_200_000,
)
