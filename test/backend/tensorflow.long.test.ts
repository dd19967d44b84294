import { execFileSync, spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { packagePath } from '../../src/base/files.js'

const folder = mkdtempSync(join(tmpdir(), 'sentei-tensorflow-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const run = (program: string, args: readonly string[]): string =>
  execFileSync(program, args, {
    cwd: folder,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    maxBuffer: 2 ** 26,
  })

const sentei = ['dist/src/cli/main.js']

/** What a fresh copy leaves out: the history, runs, and TensorFlow if the checkout has it. */
const left = /^(\.git|runs|node_modules[\\/]@tensorflow[\\/]tfjs-node(-gpu)?)$/

/** Installs TensorFlow in a copy of the checkout; false, and loudly, where this machine or its mirrors do not let it. */
function installed(): boolean {
  const checkout = packagePath('.')
  const filter = (path: string) => !left.test(relative(checkout, path))
  cpSync(checkout, folder, { recursive: true, verbatimSymlinks: true, filter })
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [...sentei, 'doctor', '--install', 'tensorflow'],
    {
      cwd: folder,
      encoding: 'utf8',
    },
  )
  if (status === 0) {
    expect(stdout).toMatch(/^ok +backend tensorflow: works, TensorFlow 2\./m)
    return true
  }
  // These are about the machine. That the addon does not compile, or does not compute, is a failure.
  expect(stderr).toMatch(/expected Linux|expected Node\.js|cannot be run|download of|installation of/)
  console.warn(`NOT TESTED: backend tensorflow cannot be installed here:\n${stderr.trim()}`)
  return false
}

test('TensorFlow, installed in a fresh folder, conforms, and searches', ({ skip }) => {
  if (!installed()) return skip('TensorFlow cannot be installed here')
  const tests = [
    'packages/kernels/test/conformance/optional-backends.test.ts',
    'test/nn/functions.test.ts',
    'test/nn/primitives.test.ts',
  ]
  const report = JSON.parse(run('npx', ['vitest', 'run', '--reporter=json', ...tests])) as {
    numFailedTests: number
    testResults: { assertionResults: { status: string; fullName: string }[] }[]
  }
  const names = report.testResults
    .flatMap(({ assertionResults }) => assertionResults)
    .filter(({ status, fullName }) => status === 'passed' && fullName.includes('tensorflow'))
  expect(report.numFailedTests).toBe(0)
  expect(names.length).toBeGreaterThan(1000)
  const few = ['search.epochs=4', 'retrain.epochs=2', 'retrain.distillation.share=0', 'criteria=[]']
  const search = ['search', 'scripts/demo.yaml', '--backend', 'tensorflow', '--quiet', '--json']
  const { metrics } = JSON.parse(run(process.execPath, [...sentei, ...search, '--set', ...few])) as {
    metrics: { validation: { final: number } }
  }
  expect(metrics.validation.final).toBeGreaterThan(0.7)
}, 480_000)
