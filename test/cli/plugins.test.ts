import { PassThrough } from 'node:stream'
import { InputError } from '../../src/base/errors.js'
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { hashesOf, readChecksums, writeChecksums } from '../../src/base/checksums.js'
import { runProgram } from '../../src/cli/program.js'
import { loadConfig } from '../../src/config/load-config.js'
import { searchRun } from '../../src/runs/search-run.js'
import { loadPlugins } from '../../src/setup/plugins/load-plugins.js'
import { folderWith, shortcutPlugin } from '../helpers/plugins.js'

const changed = `${shortcutPlugin}// changed`
const config = (plugins = '') => `name: own
data: { source: concrete, limit: 120 }
supernet: { space: shortcut }
schedule:
  name: mine
  phases:
    - { name: all, until: 1, terms: [{ term: rareness, part: gates, lambda: 0.1 }] }
search: { epochs: 6, shards: 2 }
retrain: { epochs: 2 }
${plugins}`

/** Runs the program in this process, as if in a folder: what it said, and its exit code. */
async function program(folder: string, args: readonly string[]) {
  const said: string[] = []
  const printed: string[] = []
  const before = process.cwd()
  process.chdir(folder)
  try {
    const code = await runProgram(args, {
      print: (text) => void printed.push(text),
      say: (text) => void said.push(text),
      stderr: new PassThrough().resume(),
      signal: new AbortController().signal,
    })
    return { code, said: said.join('\n'), printed: printed.join('\n') }
  } catch (error) {
    said.push((error as Error).message)
    return { code: error instanceof InputError ? 2 : 1, said: said.join('\n'), printed: printed.join('\n') }
  } finally {
    process.chdir(before)
  }
}

describe('a plugin on the command line', () => {
  let folder: string
  let searched: Awaited<ReturnType<typeof program>>
  const run = (...args: string[]) => program(folder, args)
  const json = (...path: string[]) =>
    JSON.parse(readFileSync(join(folder, ...path), 'utf8')) as Record<string, unknown>

  beforeAll(async () => {
    folder = folderWith({
      'own.mjs': shortcutPlugin,
      'changed.mjs': changed,
      'plain.yaml': config(),
      'own.yaml': config('plugins: [./own.mjs]\n'),
    })
    searched = await run('search', 'own.yaml', '--out', 'a', '--workers', '2')
  })

  it('is loaded where the configuration names it, and told first', () => {
    expect(searched).toMatchObject({ code: 0 })
    expect(searched.said).toMatch(
      /^plugin {3}\.\/own\.mjs \(sha256 [0-9a-f]{12}…\): space shortcut, term rareness\n/,
    )
    const [need] = json('a', 'config.json').plugins as object[]
    expect(need).toMatchObject({ name: 'own.mjs', parts: ['space shortcut', 'term rareness'] })
    expect(readFileSync(join(folder, 'a', 'card.md'), 'utf8')).toMatch(
      /Plugins: `own\.mjs` \(SHA-256 [0-9a-f]{64}\): space shortcut, term rareness\./,
    )
    expect(readFileSync(join(folder, 'a', 'config.json'), 'utf8')).not.toContain(folder)
  })

  it('gives the same bytes where an option names it, and is missed without one', async () => {
    expect((await run('search', 'plain.yaml', '--plugin', 'own.mjs', '--out', 'b', '--quiet')).code).toBe(0)
    for (const file of ['metrics.json', 'config.json', join('model', 'weights.bin')])
      expect(readFileSync(join(folder, 'b', file)), file).toEqual(readFileSync(join(folder, 'a', file)))
    const without = await run('search', 'plain.yaml', '--out', 'c')
    expect(without).toMatchObject({ code: 2 })
    expect(without.said).toContain('config.supernet.space: unknown space shortcut')
  })

  it.each([
    ['derive', ['derive', 'a', '--rule', 'magnitude']],
    ['retrain', ['retrain', 'a', '--out', 'retrained', '--seed', '2', '--quiet']],
    ['search again', ['search', 'a/config.json', '--out', 'again', '--quiet']],
    ['plan again', ['plan', 'a/config.json']],
  ])('%s needs it, as it was', async (_, args) => {
    const none = await run(...args)
    expect(none).toMatchObject({ code: 2 })
    expect(none.said).toMatch(
      /^\S+: expected --plugin FILE with sha256 [0-9a-f]{12}… \(own\.mjs: space shortcut, term rareness\), got none; /m,
    )
    const other = await run(...args, '--plugin', 'changed.mjs')
    expect(other).toMatchObject({ code: 2 })
    expect(other.said).toMatch(/got changed\.mjs with sha256 [0-9a-f]{12}…; bring back the file as it was/)
    expect((await run(...args, '--plugin', 'own.mjs')).code).toBe(0)
  })

  it('lets a retraining take another version if it is told to, which the new run then names', async () => {
    const args = ['retrain', 'a', '--out', 'newer', '--plugin', 'changed.mjs', '--plugin-changed', '--quiet']
    expect((await run(...args)).code).toBe(0)
    expect(json('newer', 'config.json').plugins).toMatchObject([{ name: 'changed.mjs' }])
  })

  it('is not needed by what only reads a run', async () => {
    for (const args of [
      ['report', 'a'],
      ['explain', 'a', 'hidden'],
      ['export', 'a', '--format', 'onnx', '--out', 'a.onnx'],
      ['schedule', 'show', 'a'],
      ['resume', 'a'],
    ])
      expect((await run(...args)).code, args.join(' ')).toBe(0)
  })

  it('goes on with a run that was stopped, to the same bytes; another version leaves its trace', async () => {
    const { config: found } = loadConfig(join(folder, 'plain.yaml'))
    const own = await loadPlugins([join(folder, 'own.mjs')])
    const stop = new AbortController()
    const stopped = searchRun({
      config: found,
      folder,
      out: join(folder, 'd'),
      signal: stop.signal,
      ...own,
      onEvent: (event) => void (event.type === 'evaluation' && stop.abort()),
    })
    await expect(stopped).rejects.toThrow('interrupted')
    cpSync(join(folder, 'd'), join(folder, 'e'), { recursive: true })
    const none = await run('resume', 'd')
    expect(none.said).toContain('d: expected --plugin FILE with sha256')
    expect((await run('resume', 'd', '--plugin', 'own.mjs', '--quiet')).code).toBe(0)
    expect(json('d', 'metrics.json')).toEqual(json('a', 'metrics.json'))
    const forced = ['resume', 'e', '--plugin', 'changed.mjs', '--plugin-changed', '--quiet']
    expect((await run(...forced)).code).toBe(0)
    expect(readFileSync(join(folder, 'e', 'events.jsonl'), 'utf8')).toContain('"what":"plugins.0.sha256"')
  })

  it('is loaded by the processes of a comparison, and named by its folder', async () => {
    writeFileSync(
      join(folder, 'compare.yaml'),
      `sets: { concrete: { data: { source: concrete, limit: 120 }, supernet: { space: shortcut } } }
methods: { none: none, l1: fixed-l1 }
rivals: none
seeds: 2
base: { search: { epochs: 1 }, retrain: { epochs: 1 } }
plugins: [./own.mjs]
`,
    )
    const compared = await run('compare', 'compare.yaml', '--out', 'x', '--workers', '2')
    expect(compared).toMatchObject({ code: 0 })
    expect(compared.said).toContain('4 of 4 trials')
    const without = await run('compare', 'x/comparison.json', '--out', 'x')
    expect(without.said).toContain('comparison.plugins: expected --plugin FILE with sha256')
    const queued = await run('compare', 'compare.yaml', '--out', 'x', '--queue', 'redis://localhost:1')
    expect(queued.said).toContain('--queue: expected no plugin, because machines behind a queue load none')
  })
})

describe('a reader of a plugin', () => {
  const reader = `export default ({ tableOf }) => ({
  readers: [
    {
      name: 'pipes',
      description: 'cells between pipes, names first',
      gives: 'table',
      takes: (path) => path.endsWith('.pipes'),
      async read(path) {
        const { readFileSync } = await import('node:fs')
        const [names, ...rows] = readFileSync(path, 'utf8').trim().split('\\n').map((line) => line.split('|'))
        return tableOf({ name: 'parts', unit: 'line', places: rows.map((_, i) => i + 2), names, rows })
      },
    },
  ],
})
`
  const rows = Array.from({ length: 90 }, (_, i) => `${(i % 13) / 4}|${i % 7}|${(i % 13) + (i % 7) / 3}`)

  it('reads data without a configuration, which is then written with the plugin', async () => {
    const folder = folderWith({
      'pipes.mjs': reader,
      'parts.pipes': ['width|height|y', ...rows].join('\n'),
    })
    const steps = ['--set', 'search.steps=20', '--set', 'retrain.steps=20', '--tolerance', '0.5']
    const args = ['search', 'parts.pipes', '--target', 'y', ...steps, '--out', 'run']
    const { code, said } = await program(folder, [...args, '--plugin', 'pipes.mjs'])
    expect(said).toMatch(/^plugin {3}\.\/pipes\.mjs \(sha256 [0-9a-f]{12}…\): reader pipes\n/)
    expect(said.match(/^plugin /gm)).toHaveLength(1)
    expect(code).toBe(0)
    expect(readFileSync(join(folder, 'run.yaml'), 'utf8')).toMatch(/^plugins:\n {2}- pipes\.mjs\ndata:$/m)
    expect((await program(folder, ['check-data', 'run.yaml'])).printed).toContain('90 rows of shape [2]')
    const predicted = await program(folder, [
      'predict',
      'run',
      '--data',
      'parts.pipes',
      '--plugin',
      'pipes.mjs',
    ])
    expect(predicted).toMatchObject({ code: 0 })
  })

  it('is missed without the option', async () => {
    const folder = folderWith({ 'parts.pipes': 'a|y\n1|2' })
    const { code, said } = await program(folder, ['search', 'parts.pipes', '--target', 'y'])
    expect(code).toBe(2)
    expect(said).toMatch(/^parts\.pipes: expected a configuration .*and --plugin brings one of your own$/)
  })
})

describe('a folder of somebody else', () => {
  const evil = (marker: string) =>
    `import { writeFileSync } from 'node:fs'\nwriteFileSync(${JSON.stringify(marker)}, 'ran')\n${shortcutPlugin}`

  it('runs nothing, whatever a run’s folder says and holds', async () => {
    const folder = folderWith({
      'plain.yaml': config().replace('shortcut', 'autoencoder-mlp').replace('rareness', 'l1'),
    })
    expect((await program(folder, ['search', 'plain.yaml', '--out', 'run', '--quiet'])).code).toBe(0)
    const [run, marker] = [join(folder, 'run'), join(folder, 'ran')]
    for (const name of ['evil.mjs', 'index.js', 'plugin.mjs', 'sentei.config.mjs'])
      writeFileSync(join(run, name), evil(marker))
    writeFileSync(join(run, 'package.json'), JSON.stringify({ type: 'module', main: 'evil.mjs' }))
    const file = join(run, 'config.json')
    const kept = JSON.parse(readFileSync(file, 'utf8')) as object
    writeFileSync(file, JSON.stringify({ ...kept, plugins: ['./evil.mjs'] }))
    const { data, files } = readChecksums(run)!
    writeChecksums(run, { ...files, ...hashesOf(run, ['config.json']) }, data)
    const [whole, unfinished] = ['run', 'unfinished']
    cpSync(run, join(folder, unfinished), { recursive: true })
    rmSync(join(folder, unfinished, 'metrics.json'))
    for (const args of [
      ['resume', unfinished],
      ['resume', whole],
      ['derive', whole, '--rule', 'magnitude'],
      ['retrain', whole, '--out', 'again'],
      ['export', whole, '--format', 'onnx', '--out', 'm.onnx'],
      ['report', whole],
      ['explain', whole, 'code'],
      ['schedule', 'show', whole],
      ['schedule', 'freeze', whole],
      ['bench', 'latency', whole, '--steps', '3'],
      ['runs', '.'],
      ['search', 'run/config.json', '--out', 'third'],
      ['plan', 'run/config.json'],
      ['check-data', 'run/config.json'],
    ]) {
      const { said } = await program(folder, args)
      expect(existsSync(marker), `${args.join(' ')}: ${said}`).toBe(false)
    }
    const { code, said } = await program(folder, ['plan', 'run/config.json'])
    expect({ code, said }).toMatchObject({ code: 2 })
    expect(said).toContain('the folder of a run never loads a file; give --plugin FILE')
    // It would have run: the same file is loaded where a user names it.
    await program(folder, ['plan', 'plain.yaml', '--plugin', 'run/evil.mjs'])
    expect(existsSync(marker)).toBe(true)
  }, 120_000)

  it('runs nothing, whatever lies beside data', async () => {
    const folder = folderWith({})
    const marker = join(folder, 'ran')
    const data = join(folder, 'data')
    mkdirSync(data)
    const rows = Array.from({ length: 60 }, (_, i) => `${i % 7},${i % 5},${(i % 7) + (i % 5)}`)
    writeFileSync(join(data, 'table.csv'), `a,b,y\n${rows.join('\n')}\n`)
    for (const name of ['plugin.mjs', 'sentei.config.mjs', 'index.js', 'table.mjs'])
      writeFileSync(join(data, name), evil(marker))
    writeFileSync(join(data, 'package.json'), JSON.stringify({ type: 'module', main: 'plugin.mjs' }))
    writeFileSync(join(data, 'sentei.yaml'), config('plugins: [./plugin.mjs]\n'))
    const { code, said } = await program(data, [
      ...[
        'search',
        'table.csv',
        '--target',
        'y',
        '--out',
        join(folder, 'run'),
        '--quiet',
        '--set',
        'search.epochs=2',
        'retrain.epochs=2',
      ],
    ])
    expect({ code, said }).toMatchObject({ code: 0 })
    await program(folder, ['predict', 'run', '--data', join(data, 'table.csv')])
    expect(existsSync(marker)).toBe(false)
  }, 60_000)
})
