import { createHash } from 'node:crypto'
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { resolveConfig } from '../../src/config/load-config.js'
import { loadPlugins } from '../../src/setup/plugins/load-plugins.js'
import { namingPlugins, ownKeys, requirePlugins } from '../../src/setup/plugins/needs.js'
import { setupTrial } from '../../src/setup/setup-trial.js'
import { folderWith, shortcutPlugin } from '../helpers/plugins.js'

const digest = (text: string) => createHash('sha256').update(text).digest('hex')
const inFolder = (files: Record<string, string>) => {
  const folder = folderWith(files)
  return (...names: string[]) => loadPlugins(names, { folder })
}
const conv = `{ name: 'conv-5x5', build: (b, x, { channels, stride, affine }) =>
  b.batchNorm(b.conv(b.activation(x, 'relu'), { channels, kernel: 5, stride }), { affine }) }`

describe('the file of a plugin', () => {
  it('may export a function of the kit, an object, names, or be a CommonJS module', async () => {
    const load = inFolder({
      'kit.mjs': shortcutPlugin,
      'object.mjs': `export default { operations: [${conv}] }\nexport const helper = 1`,
      'names.mjs': `export const operations = [${conv}]`,
      'common.cjs': `exports.operations = [${conv}]`,
      'compiled.cjs': `Object.defineProperty(exports, '__esModule', { value: true })\nexports.default = { operations: [${conv}] }`,
    })
    expect((await load('kit.mjs')).plugins.files[0]!.parts).toEqual(['space shortcut', 'term rareness'])
    for (const name of ['object.mjs', 'names.mjs', 'common.cjs', 'compiled.cjs'])
      expect((await load(name)).plugins.files[0]!.parts, name).toEqual(['operation conv-5x5'])
  })

  it('is known by the SHA-256 of its content, and by that of what it imports by relative paths', async () => {
    const text = `import { terms } from './terms.mjs'\nexport { terms }`
    const load = inFolder({
      'one.mjs': shortcutPlugin,
      'two.mjs': text,
      'terms.mjs': `export const terms = [{ name: 'flat', gates: { value: () => 0 } }]`,
    })
    const [one] = (await load('one.mjs')).plugins.files
    expect(one).toMatchObject({ name: 'one.mjs', sha256: digest(shortcutPlugin) })
    const [two] = (await load('two.mjs')).plugins.files
    expect(two!.sha256).not.toBe(digest(text))
    writeFileSync(
      two!.path.replace('two', 'terms'),
      `export const terms = [{ name: 'flat', gates: { value: () => 1 } }]`,
    )
    expect((await load('two.mjs')).plugins.files[0]!.sha256).not.toBe(two!.sha256)
  })

  it.each([
    ['gone.mjs', undefined, 'plugin gone.mjs: expected a module (.mjs, .js or .cjs), got nothing there'],
    ['data.csv', 'a,b', 'plugin data.csv: expected a module (.mjs, .js or .cjs), got another file'],
    ['boom.mjs', '\n\nthrow new Error("no disk")', 'it failed while it was loaded: no disk (boom.mjs:3)'],
    ['fails.mjs', 'export default () => {\n  nowhere()\n}', 'its function failed: ReferenceError: nowhere'],
    ['three.mjs', 'export default 3', 'expected a default export that is an object of parts (spaces, oper'],
    ['typo.mjs', 'export const term = []', 'got term; did you mean "terms"?'],
    ['empty.mjs', 'export const terms = []', 'plugin empty.mjs: expected parts (spaces, operations, terms'],
    ['list.mjs', 'export const rules = {}', 'plugin list.mjs: rules: expected an array, got {}'],
    ['given.mjs', 'export const given = {}', 'expected exports among spaces, operations, terms, relaxations'],
    [
      'lacks.mjs',
      'import x from "sentei-nowhere"\nexport default x',
      'install that package beside the plugin, or export a function that is given what it needs',
    ],
    [
      'l1.mjs',
      'export const terms = [{ name: "l1", gates: { value() {} } }]',
      'two of the name l1; give yours',
    ],
    [
      'space.mjs',
      'export const spaces = [{ name: "darts", ranks: [1], options: {}, build() {} }]',
      'plugin space.mjs: spaces: there are two of the name darts; give yours another',
    ],
    [
      'ranks.mjs',
      'export const spaces = [{ name: "x", options: {} }]',
      'spaces.0 (x).ranks: expected an array',
    ],
    [
      'skip.mjs',
      'export const operations = [{ name: "skip" }]',
      'operations: there are two of the name skip',
    ],
    [
      'reader.mjs',
      'export const readers = [{ name: "mine" }]',
      'readers.0 (mine).takes: expected a function',
    ],
    [
      'value.mjs',
      'export const terms = [{ name: "x", gates: {} }]',
      'terms.0 (x).gates.value: expected a func',
    ],
  ])('%s is refused with what is wrong', async (name, text, message) => {
    await expect(inFolder(text === undefined ? {} : { [name]: text })(name)).rejects.toThrow(message)
  })

  it('in TypeScript is refused with the command that compiles it, where the engine does not load it', async () => {
    const loads = 'typescript' in process.features && Boolean(process.features.typescript)
    const load = inFolder({ 'mine.ts': `export const operations: object[] = [${conv}]` })
    if (loads) expect((await load('mine.ts')).plugins.files).toHaveLength(1)
    else await expect(load('mine.ts')).rejects.toThrow('compile it: npx esbuild mine.ts --outfile=mine.mjs')
  })

  it('may not have a part of a name that another plugin has', async () => {
    const load = inFolder({ 'a.mjs': shortcutPlugin, 'b.mjs': `${shortcutPlugin}// another` })
    await expect(load('a.mjs', 'b.mjs')).rejects.toThrow(
      'plugins a.mjs, b.mjs: spaces: there are two of the name shortcut; give yours another',
    )
    expect((await load('a.mjs', 'a.mjs', './a.mjs')).plugins.files).toHaveLength(1)
  })
})

describe('the operations of a plugin', () => {
  const options = { cells: 1, channels: 2, nodes: 1, operations: ['skip', 'conv-5x5'] }
  const config = resolveConfig({
    data: { source: 'digits', limit: 100 },
    supernet: { space: 'darts-cell', options },
  })

  it('can be named in the options of a space of the registry', async () => {
    const { supernet } = await setupTrial(
      config,
      '.',
      await inFolder({ 'op.mjs': `export const operations = [${conv}]` })('op.mjs'),
    )
    expect(supernet.options).toMatchObject(options)
    expect(supernet.groups[0]!.members.map(({ name }) => name)).toEqual(['skip', 'conv-5x5'])
    expect(supernet.graph.nodes.some(({ kind, attrs }) => kind === 'conv' && attrs.kernel === 5)).toBe(true)
  })

  it('are unknown without it', async () => {
    await expect(setupTrial(config, '.')).rejects.toThrow(
      'config.supernet.options.operations.1: expected one of',
    )
  })
})

describe('what a run needs', () => {
  const config = resolveConfig({ data: { source: 'concrete' }, supernet: { space: 'shortcut' } })

  it('is the name of each file, its hash and its parts, and no path', async () => {
    const { plugins } = await inFolder({ 'own.mjs': shortcutPlugin })('own.mjs')
    const named = namingPlugins(config, plugins, 'config')
    expect(named.plugins).toEqual([
      { name: 'own.mjs', sha256: digest(shortcutPlugin), parts: ['space shortcut', 'term rareness'] },
    ])
    expect(namingPlugins(named, plugins, 'config')).toEqual(named)
    expect(resolveConfig(named).plugins).toEqual(named.plugins)
  })

  it('is refused if it was not given, is of another content, or is a path that nobody loaded', async () => {
    const load = inFolder({
      'own.mjs': shortcutPlugin,
      'moved.mjs': shortcutPlugin,
      'new.mjs': `${shortcutPlugin}// new`,
    })
    const short = (text: string) => `${digest(text).slice(0, 12)}…`
    const { plugins } = namingPlugins(config, (await load('own.mjs')).plugins, 'config')
    const other = (await load('new.mjs')).plugins
    expect(() => requirePlugins('runs/a', plugins, undefined)).toThrow(
      `runs/a: expected --plugin FILE with sha256 ${short(shortcutPlugin)} (own.mjs: space shortcut, term rareness), got none; a run names the files that it was made with and never loads them: give that file`,
    )
    expect(() => requirePlugins('runs/a', plugins, other)).toThrow(
      `got new.mjs with sha256 ${short(`${shortcutPlugin}// new`)}; bring back the file as it was, or accept this one with --plugin-changed`,
    )
    expect(requirePlugins('runs/a', plugins, { ...other, changed: true })).toMatchObject([
      { index: 0, by: { name: 'new.mjs' } },
    ])
    expect(requirePlugins('runs/a', plugins, (await load('moved.mjs')).plugins)).toEqual([])
    expect(() => requirePlugins('runs/a', ['./own.mjs'], other)).toThrow(
      'runs/a: expected no path in plugins, got "./own.mjs"; a file is loaded only where a user names it',
    )
    expect(requirePlugins('runs/a', plugins, undefined, 'reader')).toEqual([])
  })

  it('keeps the set-up of a trial from loading what a configuration names', async () => {
    const marker = join(folderWith({}), 'ran')
    const folder = folderWith({
      'evil.mjs': `import { writeFileSync } from 'node:fs'\nwriteFileSync(${JSON.stringify(marker)}, '')`,
    })
    await expect(setupTrial({ ...config, plugins: ['./evil.mjs'] }, folder)).rejects.toThrow(
      'expected no path',
    )
    expect(existsSync(marker)).toBe(false)
  })

  it('tells parts of a call’s own from those of its plugins', async () => {
    const own = await inFolder({ 'own.mjs': shortcutPlugin })('own.mjs')
    expect(ownKeys(own)).toEqual([])
    expect(ownKeys({ ...own, rules: [{}] } as unknown as typeof own)).toEqual(['rules'])
    expect(ownKeys({ ...own, terms: [...own.terms!, {}] } as unknown as typeof own)).toEqual(['terms'])
  })
})
