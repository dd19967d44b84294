import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, test } from 'vitest'
import { packagePath } from '../../src/base/files.js'

const folder = mkdtempSync(join(tmpdir(), 'sentei-start-up-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

let runs = 0

/** The files that a run of the compiled program loads, by the engine's own account: its own, and those of packages. */
function loadedBy(...args: string[]): { own: string[]; packages: string[] } {
  const account = join(folder, `${++runs}`)
  execFileSync(process.execPath, [packagePath('dist', 'src', 'cli', 'main.js'), ...args], {
    cwd: folder,
    env: { ...process.env, NODE_V8_COVERAGE: account },
    stdio: 'ignore',
  })
  const files = readdirSync(account).flatMap((file) => {
    const { result } = JSON.parse(readFileSync(join(account, file), 'utf8')) as { result: { url: string }[] }
    return result.flatMap(({ url }) => (url.startsWith('file:') ? [fileURLToPath(url)] : []))
  })
  const dependencies = files.filter((file) => file.includes('/node_modules/'))
  return {
    own: files.filter((file) => !dependencies.includes(file) && file.startsWith(packagePath('dist'))),
    packages: [
      ...new Set(dependencies.map((file) => /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(file)![1]!)),
    ],
  }
}

/** What parses a command line, and what finds the word that was meant. */
const light = [
  'ansi-regex',
  'ansi-styles',
  'cliui',
  'emoji-regex',
  'escalade',
  'fastest-levenshtein',
  'get-caller-file',
  'get-east-asian-width',
  'string-width',
  'strip-ansi',
  'wrap-ansi',
  'y18n',
  'yargs',
  'yargs-parser',
]

describe('the program begins with little', () => {
  test.each([['--version'], ['--help'], ['search --help'], ['schedule list'], ['completion bash']])(
    '%s',
    (line) => {
      const { own, packages } = loadedBy(...line.split(' '))
      expect(packages.filter((name) => !light.includes(name))).toEqual([])
      // The declarations of all commands are among them.
      const commands = readdirSync(packagePath('src', 'cli', 'commands')).length
      expect(own.length).toBeGreaterThan(commands)
      expect(own.length).toBeLessThan(commands + 22)
    },
  )

  test('completion has no need of what parses command lines', () => {
    const { own, packages } = loadedBy('--complete', 'search', '--ba')
    expect(packages).toEqual(['fastest-levenshtein'])
    expect(own.length).toBeLessThan(40)
  })

  test('init writes a template, and loads nothing that would read it', () => {
    const { own, packages } = loadedBy('init', '--out', 'digits.yaml')
    expect(packages.filter((name) => !light.includes(name))).toEqual(['@noble/hashes'])
    expect(own.length).toBeLessThan(45)
  })

  test('check-data reads data and knows spaces, and loads nothing that searches, draws or exports', () => {
    loadedBy('init', '--out', 'check.yaml')
    const { own, packages } = loadedBy('check-data', 'check.yaml')
    expect(packages).toEqual(expect.arrayContaining(['ajv', 'yaml']))
    expect(packages.filter((name) => /backend|viz|plot|linkedom|cli-progress/.test(name))).toEqual([])
    expect(own.filter((file) => /\/(search|trial|runs|library)\//.test(file))).toEqual([])
  })

  test('doctor starts backends, and loads nothing else', () => {
    const { own, packages } = loadedBy('doctor')
    expect(packages).toContain('@tensorflow/tfjs-backend-wasm')
    expect(packages.filter((name) => /viz|plot|linkedom|ajv|typebox|yaml/.test(name))).toEqual([])
    expect(own.filter((file) => /\/(supernet|supernets|search|runs|setup|config)\//.test(file))).toEqual([])
  })
})
