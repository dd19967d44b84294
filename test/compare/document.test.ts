import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { checkComparison } from '../../src/config/check-comparison.js'
import { plannedTrials } from '../../src/compare/planned.js'
import { compare } from '../../src/compare/compare.js'
import { tiny } from './helper.js'

const smallest = {
  base: { supernet: { space: 'mlp-cell' } },
  sets: { concrete: { data: { source: 'concrete' } } },
  methods: { auto: 'auto' },
}
const plan = async (document: object, folder = '.') => plannedTrials(checkComparison(document), { folder })

describe('a document', () => {
  test('needs sets and methods, and has a default for the rest', async () => {
    const { base: _, ...document } = smallest
    expect(checkComparison(document)).toEqual({
      base: {},
      ...document,
      sizes: ['all'],
      rivals: 'auto',
      seeds: 5,
    })
    expect((await plan(smallest)).map(({ seed }) => seed)).toEqual([1, 2, 3, 4, 5])
  })

  test.each<[object, string]>([
    [{ sets: undefined }, 'comparison.sets: expected object, got nothing'],
    [{ method: {} }, 'comparison.method: unknown key, did you mean "methods"?'],
    [{ sizes: [0] }, 'comparison.sizes.0: expected integer ≥ 1, got 0'],
    [{ seeds: 41 }, 'comparison.seeds: expected integer from 1 to 40, got 41'],
    [{ base: { seed: 3 } }, 'comparison.base.seed: unknown key, comparison.seeds says it'],
    [{ base: { split: { seed: 3 } } }, 'comparison.base.split.seed: unknown key, comparison.seeds says it'],
    [
      { methods: { 'a b': 'auto' } },
      'comparison.methods.a b: expected a name of letters, digits and ._-, got "a b"',
    ],
    [
      { methods: { a: { rival: 'forest' } } },
      'comparison.methods.a.rival: expected one of unpruned, magnitude, random, mlp, realmlp, minirocket, resnet, grid, got "forest"',
    ],
    [
      { methods: { a: { sets: ['concret'] } } },
      'comparison.methods.a.sets.0: expected one of concrete, got "concret"; did you mean "concrete"?',
    ],
    [{ methods: { a: { factors: [1] } } }, 'comparison.methods.a.factors: only for rival grid'],
    [
      { rivals: 'none', preregistered: { method: 'outo', against: 'auto', margin: 0 } },
      'comparison.preregistered.method: expected one of auto, got "outo"; did you mean "auto"?',
    ],
    [
      { preregistered: { method: 'auto', against: 'auto', margin: 0 } },
      'comparison.preregistered.against: expected another method than auto, got it',
    ],
    [
      { preregistered: { method: 'auto', against: 'auto', margin: -1 } },
      'comparison.preregistered.margin: expected number ≥ 0, got -1',
    ],
  ])('%j is refused', async (change, message) => {
    await expect(plan({ ...smallest, ...change })).rejects.toThrow(message)
  })

  test.each<[object, string]>([
    [
      { base: { supernet: { space: 'mlp-cell' }, search: { batch: 0 } } },
      'config.search.batch: expected integer ≥ 1, got 0 (comparison.base.search.batch)',
    ],
    [
      { sets: { concrete: { data: { sourc: 'concrete' } } } },
      'config.data.sourc: unknown key, did you mean "source"? (comparison.sets.concrete.data.sourc)',
    ],
    [
      { methods: { auto: { search: { epochs: 0 } } } },
      'config.search.epochs: expected integer ≥ 1, got 0 (comparison.methods.auto.search.epochs)',
    ],
    [{ base: {} }, 'config.supernet: expected object, got nothing (comparison.sets.concrete)'],
    [{ methods: { auto: 'atuo' } }, 'comparison.methods.auto.schedule: no preset and no file atuo'],
  ])('%j makes a wrong configuration, and the error says where', async (change, message) => {
    await expect(plan({ ...smallest, ...change })).rejects.toThrow(message)
  })

  test('says the line of a file where it is from one', async () => {
    const methods = { auto: { search: { epochs: 0 } } }
    const locate = (path: readonly string[]) => `c.yaml, ${path.join('/')}`
    const document = checkComparison({ ...smallest, methods })
    await expect(plannedTrials(document, { folder: '.', locate })).rejects.toThrow(
      'got 0 (c.yaml, methods/auto/search/epochs)',
    )
  })

  test('that cannot be set up is refused before anything runs', async () => {
    const sets = { concrete: { data: { source: 'concrete' } }, digits: { data: { source: 'digits' } } }
    await expect(compare({ comparison: tiny({ sets, methods: { a: 'none' } }) })).rejects.toThrow(
      /mlp-cell.*\(digits, 120 rows, a, seed 1\)$/s,
    )
    const split = { train: 0.8, validation: 0.2, test: 0 }
    const untested = { concrete: { data: { source: 'concrete' }, split } }
    await expect(compare({ comparison: tiny({ sets: untested }) })).rejects.toThrow(
      'config.split.test: expected rows to compare by, got none (concrete, 120 rows, none, seed 1)',
    )
  })
})

describe('a trial’s configuration', () => {
  const base = {
    supernet: { space: 'mlp-cell', options: { blocks: 1, width: 8 } },
    search: { epochs: 3, batch: 16 },
    budget: { share: 0.5 },
    schedule: 'none',
  }
  const configOf = async (method: unknown, set: object = {}, sizes: unknown[] = ['all']) => {
    const sets = { a: { data: { source: 'concrete' }, ...set } }
    return (await plan({ base, sets, sizes, methods: { m: method }, seeds: [7] }))[0]!.config
  }

  test('is the base, with the set’s sections, the size, the method’s changes and the seed', async () => {
    const config = await configOf({ search: { batch: 8 }, supernet: { options: { width: 4 } } }, {}, [50])
    expect(config).toMatchObject({ seed: 7, schedule: 'none', data: { source: 'concrete', limit: 50 } })
    expect(config.search).toMatchObject({ epochs: 3, batch: 8 })
    expect(config.supernet).toEqual({ space: 'mlp-cell', options: { blocks: 1, width: 4 } })
  })

  test('has steps in place of epochs, the method’s budget as a whole, and no options of another space', async () => {
    const config = await configOf({ schedule: 'fixed-l1', search: { steps: 40 }, budget: { value: 100 } })
    expect(config.search.epochs).toBeUndefined()
    expect(config).toMatchObject({ schedule: 'fixed-l1', search: { steps: 40 }, budget: { value: 100 } })
    expect(config.budget).toEqual({ value: 100 })
    expect((await configOf('auto', { supernet: { space: 'autoencoder-mlp' } })).supernet.options).toEqual({})
  })

  test('of what is no search has no schedule, and the budget only if it prunes', async () => {
    const config = await configOf({ rival: 'unpruned' })
    expect(config.schedule).toBe('none')
    expect(config.budget).toBeUndefined()
    expect(await configOf({ rival: 'magnitude' })).toMatchObject({ schedule: 'none', budget: { share: 0.5 } })
    expect((await configOf({ rival: 'grid' })).schedule).toBe('fixed-l1')
    expect((await configOf({ rival: 'grid', schedule: 'fixed-l2' })).schedule).toBe('fixed-l2')
  })

  test('is there for the sets that its method names', async () => {
    const data = { source: 'concrete' }
    const sets = { a: { data }, b: { data } }
    const methods = { some: { schedule: 'none', sets: ['b'] }, all: 'none' }
    const planned = await plan({ base, sets, methods, seeds: [1] })
    expect(planned.map(({ set, method }) => `${set} ${method}`)).toEqual(['a all', 'b some', 'b all'])
  })
})

describe('a trial’s key', () => {
  const keyOf = async (method: object) =>
    (await plan({ ...smallest, methods: { m: method }, seeds: [1] }))[0]!.key

  test('is that of what it means, in whatever order that is written', async () => {
    const key = await keyOf({ search: { steps: 5, batch: 8 } })
    expect(await keyOf({ search: { batch: 8, steps: 5 } })).toBe(key)
    expect(await keyOf({ search: { batch: 8, steps: 6 } })).not.toBe(key)
    expect(await keyOf({ search: { mode: 'joint', batch: 8, steps: 5 } })).toBe(key)
  })

  test('hangs on what a schedule says, not on its name', async () => {
    const phases = [{ name: 'all', until: 1, terms: [{ term: 'l1', part: 'gates', lambda: 3 }] }]
    const stronger = [{ ...phases[0], terms: [{ term: 'l1', part: 'gates', lambda: 4 }] }]
    const key = await keyOf({ schedule: { name: 'x', phases } })
    expect(await keyOf({ schedule: { phases, name: 'x' } })).toBe(key)
    expect(await keyOf({ schedule: { name: 'x', phases: stronger } })).not.toBe(key)
  })

  test('tells seeds and rivals apart', async () => {
    const [a, b] = await plan({ ...smallest, seeds: [1, 2] })
    expect(a!.key).not.toBe(b!.key)
    expect(await keyOf({ rival: 'unpruned' })).not.toBe(await keyOf({ schedule: 'none' }))
  })

  describe('on a file', () => {
    const folder = mkdtempSync(join(tmpdir(), 'sentei-keys-'))
    afterAll(() => rmSync(folder, { recursive: true, force: true }))
    const write = (file: string, content: string) => {
      mkdirSync(dirname(join(folder, file)), { recursive: true })
      writeFileSync(join(folder, file), content)
    }
    const keyOn = async (data: object, from = '.') => {
      const document = { ...smallest, sets: { own: { data } }, seeds: [1] }
      return (await plan(document, join(folder, from)))[0]!.key
    }

    test('holds its content and name, not its place', async () => {
      write('table.csv', 'x,y\n1,2\n')
      write('other/table.csv', 'x,y\n1,2\n')
      const key = await keyOn({ file: 'table.csv', target: 'y' })
      expect(await keyOn({ file: 'other/table.csv', target: 'y' })).toBe(key)
      expect(await keyOn({ file: '../table.csv', target: 'y' }, 'other')).toBe(key)
      expect(await keyOn({ file: join(folder, 'table.csv'), target: 'y' })).toBe(key)
      expect(await keyOn({ file: 'table.csv', target: 'x' })).not.toBe(key)
      write('table.csv', 'x,y\n1,3\n')
      expect(await keyOn({ file: 'table.csv', target: 'y' })).not.toBe(key)
      expect(await keyOn({ file: 'other/table.csv', target: 'y' })).toBe(key)
    })

    test('holds the files of a folder, and those of a test set', async () => {
      for (const at of ['a', 'b']) write(`${at}/photos/cat/1.png`, 'one')
      write('test.csv', 'x,y\n1,2\n')
      const key = await keyOn({ file: 'a/photos' })
      expect(await keyOn({ file: 'b/photos' })).toBe(key)
      write('b/photos/cat/2.png', 'two')
      expect(await keyOn({ file: 'b/photos' })).not.toBe(key)
      const tested = { file: 'a/photos', test: { file: 'test.csv' } }
      const before = await keyOn(tested)
      write('test.csv', 'x,y\n3,2\n')
      expect(await keyOn(tested)).not.toBe(before)
    })

    test('that cannot be read is planned: setting it up says why', async () => {
      await expect(keyOn({ file: 'gone.csv', target: 'y' })).resolves.toMatch(/^[0-9a-f]{64}$/)
    })
  })
})
