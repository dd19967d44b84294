import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { packagePath } from '../../src/base/files.js'
import { check, checker, found } from './tools.js'

const folder = mkdtempSync(join(tmpdir(), 'sentei-deploy-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const passed = { status: 0, said: '' }
const textOf = (name: string) => readFileSync(packagePath('deploy', name), 'utf8')

/** A file of deploy/ with a mistake. */
function broken(name: string, what: string, instead: string): string {
  const text = textOf(name)
  expect(text).toContain(what)
  const path = join(folder, name)
  writeFileSync(path, text.replace(what, instead))
  return path
}

const hadolint = checker('hadolint')
test.skipIf(hadolint === undefined)('hadolint has nothing against the Dockerfile', () => {
  expect(check(hadolint!, ['Dockerfile'])).toEqual(passed)
  const wrong = broken('Dockerfile', 'FROM node:20.19.5-bookworm-slim AS', 'FROM node AS')
  expect(check(hadolint!, [wrong])).toMatchObject({
    status: 1,
    said: expect.stringContaining('DL3006') as string,
  })
})

const shellcheck = checker('shellcheck')
test.skipIf(shellcheck === undefined)('shellcheck has nothing against the scripts', () => {
  expect(check(shellcheck!, ['slurm.sh'])).toEqual(passed)
  const wrong = broken('slurm.sh', '"$shared/redis"', '$shared/redis')
  expect(check(shellcheck!, [wrong])).toMatchObject({
    status: 1,
    said: expect.stringContaining('SC2086') as string,
  })
})

const compose = checker('docker-compose')
describe.skipIf(compose === undefined)('docker compose', () => {
  const config = (file: string, env = {}) => check(compose!, ['-f', file, 'config', '--quiet'], env)
  const secret = { SENTEI_REDIS_PASSWORD: 'secret' }

  test('reads the compose file', () => {
    expect(config('compose.yaml', secret)).toEqual(passed)
    const { status, said } = config(broken('compose.yaml', 'depends_on: *after', 'depend_on: *after'), secret)
    expect(status).not.toBe(0)
    expect(said).toContain('depend_on')
  })

  test('starts no Redis without a password', () => {
    const { status, said } = config('compose.yaml', { SENTEI_REDIS_PASSWORD: '' })
    expect(status).not.toBe(0)
    expect(said).toContain('choose a password for Redis')
  })
})

const kubernetes = checker('kubernetes-validate')
describe.skipIf(kubernetes === undefined)('the schemas of Kubernetes', () => {
  test('allow the manifest, by kubernetes-validate', () => {
    expect(check(kubernetes!, ['--strict', 'kubernetes.yaml']).status).toBe(0)
    const { status, said } = check(kubernetes!, [
      '--strict',
      broken('kubernetes.yaml', 'completions:', 'completion:'),
    ])
    expect(status).not.toBe(0)
    expect(said).toContain("'completion' was unexpected")
  })

  const kubeconform = found('kubeconform')
  if (kubeconform === undefined)
    console.warn(
      'NOT TESTED: no kubeconform on the path; the schemas are checked by kubernetes-validate alone',
    )
  test.skipIf(kubeconform === undefined)('allow the manifest, by kubeconform', () => {
    const schemas = standalone(join(kubernetes!, '..', '..', 'lib'), [
      'job-batch-v1',
      'persistentvolumeclaim-v1',
    ])
    const args = ['-strict', '-schema-location', join(schemas, '{{.ResourceKind}}{{.KindSuffix}}.json')]
    expect(check(kubeconform!, [...args, 'kubernetes.yaml'])).toEqual(passed)
    const { status } = check(kubeconform!, [
      ...args,
      broken('kubernetes.yaml', 'completions:', 'completion:'),
    ])
    expect(status).toBe(1)
  })
})

/** A folder with the schemas of some kinds, each with all that it refers to: kubeconform finds no others without the internet. */
function standalone(library: string, kinds: readonly string[]): string {
  const [newest] = readdirSync(library, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('-local-strict'))
    .sort()
    .reverse()
  const read = (name: string) =>
    JSON.parse(
      readFileSync(join(library, newest!, `${name}.json`), 'utf8').replaceAll('/api/_definitions.json#', '#'),
    ) as { $defs: object }
  const { $defs } = read('_definitions')
  for (const kind of kinds)
    writeFileSync(join(folder, `${kind}.json`), JSON.stringify({ ...read(kind), $defs }))
  return folder
}
