import { readFileSync, readdirSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { getFileInfo } from 'prettier'
import { describe, expect, it } from 'vitest'
import { packagePath } from '../../src/base/files.js'
import { presetNames, spaces } from '../../src/registry.js'
import { resolveSchedule } from '../../src/setup/schedule-file.js'
import * as choosers from '../../src/spaces.js'

/** Folders of `src/` in the order in which imports may point: to the same line or to one above. */
const order = [
  ['base'],
  ['config', 'data', 'backend'],
  ['draft', 'nn'],
  ['supernet', 'objective', 'schedule'],
  ['events'],
  ['train'],
  ['search'],
  ['derive', 'planners'],
  ['trial'],
  ['export', 'report', 'benchmark'],
  ['presets.ts'],
  ['registry.ts', 'spaces.ts'],
  ['setup'],
  ['runs'],
  ['compare'],
  ['library'],
  ['browser'],
  ['fleet'],
  ['core.ts', 'types.ts'],
  ['index.ts', 'runs.ts', 'browser.ts'],
  ['cli'],
]

const filesIn = (folder: string): string[] =>
  readdirSync(packagePath(folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => join(folder, file))

const sources = filesIn('src')
const text = (file: string) => readFileSync(packagePath(file), 'utf8')

/** The relative imports of a file: what they name, and whether they take types only. */
const importsOf = (file: string): { target: string; typesOnly: boolean }[] =>
  [
    ...text(file).matchAll(
      /^(?:import|export)\s+(type\s)?[^'"]*?from\s+'(\.[^']+)'|import\(\s*'(\.[^']+)'\s*\)/gms,
    ),
  ].map(([, type, path, dynamic]) => ({
    target: normalize(join(dirname(file), path ?? dynamic!)).replace(/\.js$/, '.ts'),
    typesOnly: type !== undefined,
  }))

/** The part of `src/` that a file belongs to: its folder, or its name. */
const partOf = (file: string): string => file.split('/')[1]!
const rankOf = (file: string): number => order.findIndex((parts) => parts.includes(partOf(file)))

/** The cycles that a walk in depth comes upon, each as a path back to its beginning. */
function cyclesIn(edges: ReadonlyMap<string, readonly string[]>): string[] {
  const done = new Set<string>()
  const found: string[] = []
  const walk = (node: string, path: readonly string[]): void => {
    const at = path.indexOf(node)
    if (at >= 0) found.push([...path.slice(at), node].join(' → '))
    if (at >= 0 || done.has(node)) return
    for (const next of edges.get(node) ?? []) walk(next, [...path, node])
    done.add(node)
  }
  for (const node of edges.keys()) walk(node, [])
  return found
}

describe('the structure of the source', () => {
  it('is formatted, all but kernels and fixtures: .prettierignore hides nothing else', async () => {
    const files = [...sources, ...['test', 'scripts', 'bench'].flatMap(filesIn)]
    const wanted = files.filter((file) => !/assembly\/|test\/fixtures\//.test(file))
    const ignorePath = packagePath('.prettierignore')
    const infos = wanted.map(
      async (file) => (await getFileInfo(packagePath(file), { ignorePath })).ignored && file,
    )
    expect((await Promise.all(infos)).filter(Boolean)).toEqual([])
  })

  it('has a place in the order for every folder', () => {
    expect([...new Set(sources.filter((file) => rankOf(file) < 0).map(partOf))]).toEqual([])
  })

  it('finds imports, so that the tests below test something', () => {
    expect(importsOf('src/search/search.ts').map(({ target }) => target)).toContain('src/supernet/cost.ts')
    expect(importsOf('src/objective/terms/types.ts').every(({ typesOnly }) => typesOnly)).toBe(true)
    expect(sources.flatMap(importsOf).length).toBeGreaterThan(200)
  })

  it('imports point one way', () => {
    const wrong = sources.flatMap((file) =>
      importsOf(file)
        .filter(({ target }) => target.startsWith('src/') && rankOf(target) > rankOf(file))
        .map(({ target }) => `${file} → ${target}`),
    )
    expect(wrong).toEqual([])
  })

  it('the package of kernels is known to the backend alone: everything else asks the device', () => {
    const files = [...sources, ...filesIn('supernets'), ...filesIn('scripts')]
    const named = files.filter((file) => text(file).includes("from 'sentei-kernels"))
    expect(named.filter((file) => !file.startsWith('src/backend/'))).toEqual(['src/browser/backend.ts'])
    expect(named.length).toBeGreaterThan(3)
  })

  it('the package of kernels imports nothing of Sentei', () => {
    const files = filesIn('packages/kernels/src')
    const found = files.flatMap((file) =>
      importsOf(file).filter(({ target }) => !target.startsWith('packages/kernels/src/')),
    )
    expect(found).toEqual([])
    expect(files.length).toBeGreaterThan(40)
  })

  it('no file imports itself by way of others, types included', () => {
    const files = [...sources, ...filesIn('supernets'), ...filesIn('packages/kernels/src')]
    const edges = new Map(files.map((file) => [file, importsOf(file).map(({ target }) => target)]))
    expect(cyclesIn(edges)).toEqual([])
  })

  it.each([
    ['folders of src/', /^src\/[^/]+\//],
    ['rooms of the search', /^src\/search\/[^/]+\//],
  ])('%s do not import each other', (_, room) => {
    const roomOf = (file: string) => room.exec(file)?.[0]
    const edges = new Map<string, string[]>()
    for (const file of sources)
      for (const { target } of importsOf(file)) {
        const [from, to] = [roomOf(file), roomOf(target)]
        if (from && to && from !== to) edges.set(from, [...(edges.get(from) ?? []), to])
      }
    expect(edges.size).toBeGreaterThan(1)
    expect(cyclesIn(edges)).toEqual([])
  })

  it('finds a cycle where there is one', () => {
    const edges = { a: ['b', 'd'], b: ['c'], c: ['a'], d: [] }
    expect(cyclesIn(new Map(Object.entries(edges)))).toEqual(['a → b → c → a'])
  })

  it('siblings take only types from each other', () => {
    const wrong = sources.flatMap((file) =>
      importsOf(file)
        .filter(({ target, typesOnly }) => {
          if (typesOnly || !target.startsWith('src/')) return false
          return rankOf(target) === rankOf(file) && partOf(target) !== partOf(file)
        })
        .map(({ target }) => `${file} → ${target}`),
    )
    expect(wrong).toEqual([])
  })

  it('schedule/ knows nothing of training, searching and deriving', () => {
    const wrong = sources
      .filter((file) => file.startsWith('src/schedule/'))
      .flatMap(importsOf)
      .filter(({ target }) => /^src\/(train|search|derive|trial)\//.test(target))
    expect(wrong).toEqual([])
  })

  it('only the registry names concrete search spaces and the list of terms', () => {
    const naming = (what: RegExp) =>
      sources.filter((file) => importsOf(file).some(({ target }) => what.test(target)))
    expect(naming(/^supernets\//)).toEqual(['src/registry.ts', 'src/spaces.ts'])
    expect(naming(/^src\/objective\/terms\/index\.ts$/)).toEqual(['src/registry.ts'])
  })

  it('every space in supernets/ is in the registry, under its file’s name', () => {
    const files = filesIn('supernets').map((file) => file.slice('supernets/'.length, -'.ts'.length))
    expect(spaces.map(({ name }) => name).sort()).toEqual(files.sort())
    expect(Object.values(choosers).map((choose) => choose().space.name)).toEqual(files.sort())
  })

  it('every document in schedules/ is valid, under its file’s name', () => {
    expect(presetNames().length).toBeGreaterThan(0)
    for (const name of presetNames()) expect(resolveSchedule(name, '.').name).toBe(name)
  })

  it('what computes imports nothing of Node, but threads and what finds kernels', () => {
    const folders = [
      'nn',
      'objective',
      'supernet',
      'schedule',
      'events',
      'train',
      'search',
      'derive',
      'trial',
    ]
    const wrong = folders
      .flatMap((folder) => filesIn(`src/${folder}`))
      .filter((file) => !file.includes('/workers/') && text(file).includes("from 'node:"))
    expect(wrong).toEqual([])
  })

  it('no file is longer than 300 lines', () => {
    const long = [...sources, ...filesIn('supernets')].filter((file) => text(file).split('\n').length > 301)
    expect(long).toEqual([])
  })

  it('nobody draws from Math.random or asks the date', () => {
    const pattern = /Math\.random|Date\.now|new Date\(/
    // A lock tells since when it is held, which no result depends on.
    const lock = 'src/base/run-lock.ts'
    expect(
      ['base', 'data', 'nn', 'supernet', 'objective', 'schedule', 'train', 'search', 'derive', 'trial']
        .flatMap((folder) => filesIn(`src/${folder}`))
        .filter((file) => file !== lock && pattern.test(text(file))),
    ).toEqual([])
  })
})
