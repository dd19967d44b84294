import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { InputError } from '../../src/base/errors.js'
import { jsonSchema } from '../../src/config/json-schema.js'
import { loadConfig, resolveConfig, type LoadOptions } from '../../src/config/load-config.js'
import { nearest } from '../../src/base/suggest.js'

const folder = mkdtempSync(join(tmpdir(), 'sentei-config-'))
afterAll(() => rmSync(folder, { recursive: true }))

const minimal = { data: { source: 'digits' }, supernet: { space: 'darts-cell' } }
const yaml = `name: test
data:
  source: digits
supernet:
  space: darts-cell
search:
  epochs: 5
criteria:
  - metric: accuracy
    atLeast: 0.9
`

function file(text: string, name = 'my.yaml'): string {
  const path = join(folder, name)
  writeFileSync(path, text)
  return path
}

function message(run: () => unknown): string {
  try {
    run()
  } catch (error) {
    expect(error).toBeInstanceOf(InputError)
    return (error as Error).message
  }
  throw new Error('expected an InputError')
}

const failure = (text: string, options?: LoadOptions) => message(() => loadConfig(file(text), options))

describe('loadConfig', () => {
  it('reads YAML, fills in defaults, and gives the folder', () => {
    const { config, path, folder: at } = loadConfig(file(yaml))
    expect(config.search.epochs).toBe(5)
    expect(config.search.shards).toBe(1)
    expect(config.search.weights.momentum).toBe(0.9)
    expect(config.split).toEqual({ by: 'auto', train: 0.6, arch: 0, validation: 0.2, test: 0.2 })
    expect(config.supernet.options).toEqual({})
    expect(config.criteria[0]).toEqual({ metric: 'accuracy', split: 'test', atLeast: 0.9 })
    expect(path).toBe(join(folder, 'my.yaml'))
    expect(at).toBe(folder)
  })

  it('reads the same out of JSON, indented with tabs, with a byte-order mark', () => {
    const json = JSON.stringify({ ...minimal, name: 'test', search: { epochs: 5 } }, null, '\t')
    const { config } = loadConfig(file(`\uFEFF${json}`, 'my.json'))
    expect(config.search.epochs).toBe(5)
    expect(resolveConfig(config)).toEqual(config)
  })

  it('names the line of a wrong value', () => {
    expect(failure(yaml.replace('epochs: 5', 'epochs: 0'))).toBe(
      'config.search.epochs: expected integer ≥ 1, got 0 (my.yaml:7)',
    )
    expect(failure(yaml.replace('atLeast: 0.9', 'atLeast: high'))).toBe(
      'config.criteria.0.atLeast: expected number, got "high" (my.yaml:10)',
    )
  })

  it('names the line of an unknown key, and of the parent of a missing one', () => {
    expect(failure(yaml.replace('epochs: 5', 'epoch: 5'))).toBe(
      'config.search.epoch: unknown key, did you mean "epochs"? (my.yaml:7)',
    )
    expect(failure(yaml.replace('  space: darts-cell', '  options: {}'))).toBe(
      'config.supernet.space: expected string, got nothing (my.yaml:4)',
    )
  })

  it('names the line in JSON', () => {
    const json = JSON.stringify({ ...minimal, backend: 'wsm' }, null, 2)
    expect(message(() => loadConfig(file(json, 'my.json')))).toBe(
      'config.backend: expected one of wasm, cpu, webgpu, tensorflow, got "wsm"; did you mean "wasm"? (my.json:8)',
    )
  })

  it('names the line of a cross-check', () => {
    expect(failure(`${yaml}split:\n  train: 0.9\n`)).toBe(
      'config.split: expected train + arch + validation + test = 1, got 0.9 + 0 + 0.2 + 0.2 = 1.3 (my.yaml:11)',
    )
  })

  it('names the line of a syntax error', () => {
    expect(failure('name: [1,\nseed: 2\n')).toMatch(
      /^config: expected valid YAML or JSON, got an error: .+ \(my\.yaml:2\)$/,
    )
    expect(failure('a: 1\na: 2\n')).toBe(
      'config: expected valid YAML or JSON, got an error: Map keys must be unique (my.yaml:2)',
    )
    expect(message(() => loadConfig(file('{\n  "a": 1\n  "b": 2\n}', 'my.json')))).toMatch(
      /\(my\.json:[23]\)$/,
    )
  })

  it('refuses aliases that name nothing, or grow without end', () => {
    expect(failure('data: *none\n')).toMatch(/^config: expected valid YAML or JSON, got an error: Unresolved/)
    const bomb = ['a: &a [x, x, x, x, x, x, x, x, x, x]']
    for (const [from, to] of ['ab', 'bc', 'cd']) bomb.push(`${to}: &${to} [${`*${from}, `.repeat(10)}]`)
    expect(failure(bomb.join('\n'))).toMatch(/got an error: Excessive alias count .*\(my\.yaml\)$/)
    expect(failure('data: &a { source: *a }')).toMatch(
      /got an error: an alias refers to itself \(my\.yaml\)$/,
    )
  })

  it('refuses what is no file and no document', () => {
    expect(message(() => loadConfig(join(folder, 'none.yaml')))).toBe(
      `config: expected a YAML or JSON file, got "${join(folder, 'none.yaml')}" (no such file)`,
    )
    expect(message(() => loadConfig(folder))).toMatch(/\(a folder\)$/)
    expect(failure('')).toBe('config: expected object, got null (my.yaml:1)')
    expect(failure('- 1\n')).toBe('config: expected object, got [1] (my.yaml:1)')
  })
})

describe('--set', () => {
  it('sets values, and later ones win', () => {
    const { config } = loadConfig(file(yaml), { set: ['search.epochs=7', 'search.epochs=9', 'name=other'] })
    expect(config.search.epochs).toBe(9)
    expect(config.name).toBe('other')
  })

  it('reads values as YAML', () => {
    const set = ['supernet.options={ cells: 3, widths: [8, 16] }', 'retrain.baseline=true', 'retrain.l2=1e-3']
    const { config } = loadConfig(file(yaml), { set })
    expect(config.supernet.options).toEqual({ cells: 3, widths: [8, 16] })
    expect(config.retrain.baseline).toBe(true)
    expect(config.retrain.l2).toBe(0.001)
  })

  it('goes into arrays by index, appends, and makes parents', () => {
    const set = [
      'criteria.0.atLeast=0.5',
      'criteria.1.metric=rmse',
      'criteria.1.atMost=3',
      'config.search.gates.noise=0',
    ]
    const { config } = loadConfig(file(yaml), { set })
    expect(config.criteria.map(({ atLeast, atMost }) => atLeast ?? atMost)).toEqual([0.5, 3])
    expect(config.search.gates.noise).toBe(0)
    const bare = loadConfig(file(JSON.stringify(minimal)), { set: ['criteria.0={metric: mae, atMost: 1}'] })
    expect(bare.config.criteria).toEqual([{ metric: 'mae', split: 'test', atMost: 1 }])
  })

  it('blames the option, not the line, for what it set', () => {
    expect(failure(yaml, { set: ['search.epochs=0'] })).toBe(
      'config.search.epochs: expected integer ≥ 1, got 0 (--set search.epochs=0)',
    )
    expect(failure(yaml, { set: ['search.epoch=3'] })).toBe(
      'config.search.epoch: unknown key, did you mean "epochs"? (--set search.epoch=3)',
    )
    expect(failure(yaml, { set: ['searhc.epochs=3'] })).toBe(
      'config.searhc: unknown key, did you mean "search"? (my.yaml:1)',
    )
  })

  it('refuses what is no setting', () => {
    expect(failure(yaml, { set: ['search'] })).toBe('--set: expected path=value, got "search"')
    expect(failure(yaml, { set: ['=3'] })).toBe('--set: expected path=value, got "=3"')
    expect(failure(yaml, { set: ['a..b=3'] })).toBe('--set: expected path=value, got "a..b=3"')
    expect(failure(yaml, { set: ['__proto__.x=3'] })).toBe('--set __proto__.x=3: unknown key')
    expect(failure(yaml, { set: ['seed=[1'] })).toMatch(/^--set seed=\[1: expected a YAML value \(/)
    expect(failure(yaml, { set: ['criteria.4.atLeast=1'] })).toBe(
      '--set criteria.4.atLeast=1: expected an index from 0 to 1, got "4"',
    )
    expect(failure(yaml, { set: ['criteria.x=1'] })).toBe(
      '--set criteria.x=1: expected an index from 0 to 1, got "x"',
    )
    expect(failure(yaml, { set: ['name.first=a'] })).toBe(
      '--set name.first=a: expected object or array at name, got "test"',
    )
  })

  it('takes seed and backend as options of their own', () => {
    const { config } = loadConfig(file(yaml), { seed: 8, backend: 'cpu', set: ['seed=3'] })
    expect(config.seed).toBe(8)
    expect(config.backend).toBe('cpu')
    expect(failure(yaml, { backend: 'gpu' })).toMatch(/^config\.backend: .+ got "gpu".* \(--backend gpu\)$/)
    expect(failure(yaml, { seed: -1 })).toBe('config.seed: expected integer ≥ 0, got -1 (--seed -1)')
  })
})

describe('resolveConfig', () => {
  it('fills in defaults, keeps the object as it was, and is idempotent', () => {
    const given = structuredClone(minimal)
    const config = resolveConfig(given)
    expect(given).toEqual(minimal)
    expect(config.retrain.l2).toBe(0.003)
    expect(resolveConfig(config)).toEqual(config)
  })

  const cases: [string, object, string][] = [
    [
      'no data',
      { data: {} },
      'config.data: expected exactly one of source (a bundled data set), file and channels, got none',
    ],
    [
      'two sorts of data',
      { data: { source: 'digits', file: 'a.csv' } },
      'config.data: expected exactly one of source (a bundled data set), file and channels, got source and file',
    ],
    [
      'sequence of images',
      { data: { file: 'a.csv', image: { height: 2, width: 2 }, sequence: { steps: 4 } } },
      'config.data.sequence: only for kind sequences, got kind images',
    ],
    [
      'files of targets that are too few',
      { data: { file: ['a.npy', 'b.npy'], targetFile: 'y.npy' } },
      'config.data.targetFile: expected one for each of 2 files, got 1',
    ],
    [
      'a file of targets of bundled data',
      { data: { source: 'digits', targetFile: 'y.csv' } },
      'config.data.targetFile: only beside data.file, got data.source',
    ],
    [
      'test without its targets',
      { data: { file: 'a.npy', targetFile: 'y.npy', test: { file: 'b.npy' } } },
      'config.data.test.targetFile: expected a file as data.targetFile is one, got nothing',
    ],
    [
      'test beside channels',
      { data: { channels: { a: 'a.csv' }, test: { file: 'b.csv' } } },
      'config.data.test: only beside data.file, got data.channels',
    ],
    [
      'no window',
      { data: { file: 'a.csv', target: 'y', kind: 'series' } },
      'config.data.window: expected the time steps that the model sees, got nothing',
    ],
    [
      'forecasting a table',
      { data: { file: 'a.csv', target: 'y', task: 'forecasting' } },
      'config.data.task: forecasting needs a series: expected data.window, got nothing',
    ],
    [
      'image of a table',
      { data: { file: 'a.csv', target: 'y', kind: 'table', image: { height: 2, width: 2 } } },
      'config.data.image: only for kind images, got kind table',
    ],
    [
      'window of images',
      { data: { file: 'a.csv', target: 'y', window: 3, image: { height: 2, width: 2 } } },
      'config.data.window: only for kind series, got kind images',
    ],
    [
      'target of a wrong type',
      { data: { file: 'a.csv', target: true } },
      'config.data.target: expected string, integer ≥ -1 or array of string with at least 1 item, got true',
    ],
    [
      'group',
      { split: { by: 'group' } },
      'config.split.column: expected the column that says which group, got nothing',
    ],
    [
      'block',
      { split: { by: 'block' } },
      'config.split.block: expected the rows in a block that stay together, got nothing',
    ],
    [
      'column',
      { split: { column: 'a' } },
      'config.split.column: only for split.by group and time, got by auto',
    ],
    [
      'block without by',
      { split: { block: 3, by: 'random' } },
      'config.split.block: only for split.by block, got by random',
    ],
    [
      'no train',
      { split: { train: 0, arch: 0.6 } },
      'config.split.train: expected number > 0 and ≤ 1, got 0',
    ],
    [
      'criterion',
      { criteria: [{ metric: 'rmse' }] },
      'config.criteria.0: expected atLeast or atMost for rmse, got neither',
    ],
    [
      'cost without costs',
      { objective: { metric: 'cost' } },
      'config.objective.metric: cost needs what decisions cost: expected classes.costs, got none',
    ],
    [
      'criterion of cost without costs',
      { criteria: [{ metric: 'worst-group', of: 'cost', atMost: 1 }] },
      'config.criteria.0: cost needs what decisions cost: expected classes.costs, got none',
    ],
    [
      'criterion that nothing meets',
      { criteria: [{ metric: 'rmse', atLeast: 2, atMost: 1 }] },
      'config.criteria.0: expected atLeast ≤ atMost, got atLeast 2 and atMost 1',
    ],
  ]
  it.each(cases)('refuses: %s', (_, change, text) => {
    expect(message(() => resolveConfig({ ...minimal, ...change }))).toBe(text)
  })

  it('takes fractions that sum to one but for rounding', () => {
    const split = { train: 0.7, arch: 0.1, validation: 0.1, test: 0.1 }
    expect(resolveConfig({ ...minimal, split }).split).toMatchObject(split)
  })

  it('lists several problems', () => {
    const text = message(() => resolveConfig({ ...minimal, seed: -1, backend: 'x', split: { block: 0 } }))
    expect(text.split('\n')).toHaveLength(3)
  })
})

describe('jsonSchema', () => {
  it('is plain JSON with descriptions and defaults', () => {
    const schema = jsonSchema('config')
    expect(schema.$schema).toBe('http://json-schema.org/draft-07/schema#')
    expect(JSON.parse(JSON.stringify(schema))).toEqual(schema)
    expect(schema).toMatchObject({ properties: { seed: { type: 'integer', default: 1 } } })
    expect(jsonSchema('schedule')).toMatchObject({ title: 'Sentei schedule', type: 'object' })
  })
})

describe('nearest', () => {
  it('finds near words only, whatever their case', () => {
    expect(nearest('Epoch', ['epochs', 'batch'])).toBe('epochs')
    expect(nearest('lr', ['learningRate'])).toBeUndefined()
    expect(nearest('x', [])).toBeUndefined()
  })
})
