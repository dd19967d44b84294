import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { Failure, InputError } from '../../src/base/errors.js'
import { packagePath } from '../../src/base/files.js'
import { builds, packageVersion } from '../../src/backend/tensorflow/builds.js'
import { projectOf } from '../../src/backend/tensorflow/install.js'
import { checkNode } from '../../src/backend/tensorflow/load.js'
import { missingTools, runTool } from '../../src/backend/tensorflow/tools.js'
import { readFileSync } from 'node:fs'

const folder = mkdtempSync(join(tmpdir(), 'sentei-tensorflow-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

test('versions of Node.js that lack what the packages call are refused, with a remedy', () => {
  expect(() => checkNode('20.19.0')).not.toThrow()
  expect(() => checkNode('22.1.0')).not.toThrow()
  expect(() => checkNode('23.0.0')).toThrow(InputError)
  expect(() => checkNode('24.21.0')).toThrow(/use one of these, or --backend wasm; got 24\.21\.0$/)
})

test('the packages are the optional peers, in their version', () => {
  const { peerDependencies } = JSON.parse(readFileSync(packagePath('package.json'), 'utf8')) as {
    peerDependencies: Record<string, string>
  }
  for (const build of Object.values(builds)) expect(peerDependencies[build.package]).toBe(packageVersion)
})

test('the project is the one whose node_modules has Sentei, or the checkout', () => {
  const installed = join(folder, 'node_modules', 'sentei')
  mkdirSync(installed, { recursive: true })
  expect(() => projectOf(installed)).toThrow(`${folder}: expected the package.json of a project, got none`)
  writeFileSync(join(folder, 'package.json'), '{}')
  expect(projectOf(installed)).toBe(folder)
  expect(projectOf(packagePath('.'))).toBe(packagePath('.'))
})

test('tools that cannot be run are found, and one that fails says during what, and what it wrote', () => {
  const node = { command: process.execPath, args: [], from: 'Node.js' }
  const absent = { command: join(folder, 'no-such-tool'), args: [], from: 'nowhere' }
  expect(missingTools([node, absent])).toEqual([absent])
  expect(() => runTool(node, ['-e', ''], folder, 'a test')).not.toThrow()
  const failing = () => runTool(node, ['-p', '"because"; process.exit(3)'], folder, 'a test')
  expect(failing).toThrow(Failure)
  const saying = ['-e', 'console.error("no such wheel"); process.exit(3)']
  expect(() => runTool(node, saying, folder, 'the download')).toThrow(
    /^the download: .*node.*failed;[^]*\nno such wheel$/,
  )
  expect(() => runTool(absent, [], folder, 'the download')).toThrow(/ENOENT/)
})
