import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { nodeSha256 } from '../../src/base/files.js'
import { checkComparison } from '../../src/config/check-comparison.js'
import { compare } from '../../src/compare/compare.js'
import { plannedTrials } from '../../src/compare/planned.js'
import { packIn } from '../../src/data/parcels.js'
import { folderStore, latestWriter } from '../../src/fleet/checkpoint-store.js'
import { mismatch, queueOf, type Identity } from '../../src/fleet/identity.js'
import { idOf, jobOf } from '../../src/fleet/jobs.js'
import { requirePackages } from '../../src/fleet/packages.js'
import { withOwnPaths } from '../../src/fleet/running.js'
import { tiny } from '../compare/helper.js'

const folder = mkdtempSync(join(tmpdir(), 'sentei-fleet-parts-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const at = (...names: string[]) => join(folder, ...names)

const identity: Identity = {
  version: '1.0.0',
  backend: 'wasm',
  simd: true,
  relaxed: false,
  jobs: 2,
  bits: '5f0c5f0c5f0c',
}

describe('a job', () => {
  const jobIn = async (folder: string) => {
    const sets = { own: { data: { file: 'table.csv', target: 'y' } } }
    const [first] = await plannedTrials(checkComparison(tiny({ sets })), { folder })
    return jobOf(first!, folder, packIn(folder))
  }

  test('is the same wherever its data are, and another for other data', async () => {
    for (const [name, content] of [
      ['a', 'x,y\n1,2\n'],
      ['b', 'x,y\n1,2\n'],
      ['c', 'x,y\n1,3\n'],
    ] as const) {
      mkdirSync(at(name))
      writeFileSync(at(name, 'table.csv'), content)
    }
    const [a, b, c] = await Promise.all(['a', 'b', 'c'].map((name) => jobIn(at(name))))
    expect(a!.planned.config.data.file).toMatch(/^[0-9a-f]{32}\/table\.csv$/)
    expect(b!.planned).toEqual(a!.planned)
    expect(idOf(b!, identity)).toBe(idOf(a!, identity))
    expect(idOf(c!, identity)).not.toBe(idOf(a!, identity))
    expect(idOf(a!, { ...identity, version: '1.0.1' })).not.toBe(idOf(a!, identity))
  })

  test('takes folders as they are, and names their own paths in messages', async () => {
    mkdirSync(at('photos/cat'), { recursive: true })
    writeFileSync(at('photos/cat/1.png'), 'one')
    writeFileSync(at('photos/2.png'), 'two')
    const parcel = await packIn(folder)('photos')
    expect(parcel.files).toEqual([
      { path: '2.png', sha256: nodeSha256('two') },
      { path: 'cat/1.png', sha256: nodeSha256('one') },
    ])
    const text = (root: string) => `config.data.file: expected a file, got "${root}/cat/1.png"`
    expect(withOwnPaths(text(join('/cache', parcel.name)), [parcel], '/cache')).toBe(text(at('photos')))
    expect(withOwnPaths(text(parcel.name), [parcel], '/cache')).toBe(text('photos'))
  })

  test('has schedules as documents, and refuses planners that keep lessons in a folder', async () => {
    const document = {
      name: 'mine',
      phases: [{ name: 'all', until: 1, terms: [{ term: 'l1', part: 'gates', lambda: 3 }] }],
    }
    writeFileSync(at('mine.json'), JSON.stringify(document))
    const jobsOf = async (methods: object) => {
      const trials = await plannedTrials(checkComparison(tiny({ methods, seeds: [1] })), { folder })
      return Promise.all(trials.map((each) => jobOf(each, folder, packIn(folder))))
    }
    const [none, mine] = await jobsOf({ none: 'none', mine: 'mine.json' })
    expect(none!.planned.config.schedule).toBe('none')
    expect(mine!.planned.config.schedule).toMatchObject(document)
    const planned = { planner: 'genetic', base: 'fixed-l1', store: 'lessons' }
    await expect(jobsOf({ planned: { schedule: planned } })).rejects.toThrow(
      'config.schedule: expected a planner without a store, because workers do not share the folder, got lessons',
    )
  })
})

test('packages that are missing are named, with how to get them', async () => {
  await expect(requirePackages('--queue', ['bullmq', 'no-such-package'])).rejects.toThrow(
    '--queue: package no-such-package cannot be loaded; install it beside Sentei: npm install bullmq no-such-package (',
  )
})

test('an executor is refused where parts are in this process alone', async () => {
  const executor = { run: () => expect.unreachable(), dispose: () => undefined }
  const reader = { name: 'mine', extensions: ['.mine'], read: () => ({ kind: 'none' }) }
  await expect(compare({ comparison: tiny(), executor, readers: [reader as never] })).rejects.toThrow(
    'executor: expected none with readers of your own, which only this process has, got one',
  )
})

describe('an identity', () => {
  test.each([
    [{ version: '1.0.1' }, 'install the same version'],
    [{ backend: 'cpu', simd: null }, 'start a worker with --backend wasm'],
    [{ relaxed: true }, 'start a worker without --relaxed-simd'],
    [{ jobs: 1 }, 'it is of another build, which knows jobs of other kinds: install the same one'],
    [{ simd: false }, 'its results would differ in their last bits: use a machine of the same kind'],
    [{ bits: '000000000000' }, 'its results would differ in their last bits: use a machine of the same kind'],
  ] as const)('that differs in %o is refused with what helps', (change, remedy) => {
    const other: Identity = { ...identity, ...change }
    expect(mismatch(identity, other)).toMatch(
      /^expected sentei 1\.0\.0 on wasm with SIMD \(bits 5f0c5f0c5f0c\), got /,
    )
    expect(mismatch(identity, other)).toContain(`; ${remedy}`)
    expect(queueOf(other)).not.toBe(queueOf(identity))
  })

  test('that is equal is not', () => {
    expect(mismatch(identity, { ...identity })).toBeUndefined()
    expect(queueOf({ ...identity })).toBe(queueOf(identity))
  })
})

describe('checkpoints', () => {
  test('are whole, replaced, and removed by trial', async () => {
    const store = folderStore(at('store'))
    expect(await store.read('t/search')).toBeUndefined()
    await Promise.all([1, 2, 3].map((n) => store.write('t/search', Buffer.alloc(100_000, n))))
    const found = await store.read('t/search')
    expect(found!.length).toBe(100_000)
    expect(new Set(found)).toHaveLength(1)
    expect(readdirSync(at('store/t'))).toEqual(['search'])
    await store.remove('t')
    expect(readdirSync(at('store'))).toEqual([])
  })

  test('that come faster than they are written leave the last one', async () => {
    const written: string[] = []
    const writer = latestWriter(
      async (bytes) => {
        await new Promise((resolve) => setTimeout(resolve, 5))
        if (String(bytes) === '1') throw new Error('disk full')
        written.push(String(bytes))
      },
      ({ message }) => written.push(message),
    )
    for (const n of [1, 2, 3, 4]) writer.give(Buffer.from(String(n)))
    await writer.settled()
    expect(written).toEqual(['disk full', '4'])
    writer.give(Buffer.from('5'))
    await writer.settled()
    expect(written).toEqual(['disk full', '4', '5'])
  })
})
