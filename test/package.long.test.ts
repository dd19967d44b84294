import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import ts from 'typescript'
import { afterAll, expect, test } from 'vitest'
import { packagePath } from '../src/base/files.js'
import { allBlocks } from './docs/markdown.js'

const folder = mkdtempSync(join(tmpdir(), 'sentei-package-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const npm = (args: string[], cwd: string): string =>
  execFileSync('npm', args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })

interface Packed {
  readonly filename: string
  readonly files: readonly { readonly path: string }[]
}

function pack(path: string): Packed {
  const args = ['pack', '--json', '--ignore-scripts', '--pack-destination', folder]
  return (JSON.parse(npm(args, packagePath(path))) as Packed[])[0]!
}

test('the package, installed in another project, searches arrays in memory', () => {
  const { filename, files } = pack('.')
  const kernels = pack('packages/kernels')
  const unwanted = /\.map$|tsbuildinfo|^dist\/(bench|examples|test|scripts)/
  expect([...files, ...kernels.files].filter(({ path }) => unwanted.test(path))).toEqual([])
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'consumer', type: 'module' }))
  npm(
    [
      'install',
      '--prefer-offline',
      '--no-audit',
      '--no-fund',
      ...[kernels.filename, filename].map((file) => join(folder, file)),
    ],
    folder,
  )
  const program = allBlocks.find(
    ({ place, text }) => place.startsWith('docs/library.md') && text.includes('await search('),
  )!.text
  expect(program.trim().split('\n').length).toBeLessThanOrEqual(25)
  const compilerOptions = { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022 }
  writeFileSync(join(folder, 'program.js'), ts.transpileModule(program, { compilerOptions }).outputText)
  const printed = execFileSync(process.execPath, ['program.js'], { cwd: folder, encoding: 'utf8' })
  expect(printed).toMatch(/^block0.*\n[^]*rmse \d[^]*\n\[ \d+\.\d+ \] \d/)
  const copies = npm(['ls', '--parseable', '@tensorflow/tfjs-core'], folder).split('\n')
  expect(new Set(copies.filter((path) => path.endsWith('tfjs-core'))).size).toBe(1)
  expect(npm(['exec', '--', 'sentei', '--version'], folder).trim()).toMatch(/^\d+\.\d+\.\d+$/)
  npm(['exec', '--', 'sentei', 'init'], folder)
  const schema = './node_modules/sentei/schemas/config.json'
  expect(readFileSync(join(folder, 'sentei.yaml'), 'utf8')).toContain(`language-server: $schema=${schema}\n`)
  const resolved = createRequire(join(folder, 'program.js')).resolve('sentei/schemas/config.json')
  expect(resolved).toBe(realpathSync(join(folder, schema)))
}, 240_000)
