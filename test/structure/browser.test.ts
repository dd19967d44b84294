import { readFileSync, readdirSync } from 'node:fs'
import { builtinModules } from 'node:module'
import { expect, it } from 'vitest'
import { packagePath } from '../../src/base/files.js'
import { presetNames, readPreset } from '../../src/registry.js'
import { closureOf } from './closure.js'

/** Entry points that a browser loads. */
const entries = ['src/browser.ts', 'src/spaces.ts', 'packages/kernels/src/index.ts']

/** Packages that the entry points may need, all of which run in a browser. */
const packages = [
  '@bufbuild/protobuf/wire',
  '@noble/hashes/sha2.js',
  '@observablehq/plot',
  '@sinclair/typebox',
  '@tensorflow/tfjs-backend-cpu',
  '@tensorflow/tfjs-backend-wasm',
  '@tensorflow/tfjs-core',
  '@tensorflow/tfjs-layers',
  '@viz-js/viz',
  'ajv',
  'fastest-levenshtein',
  'linkedom',
  'picomatch',
  'sentei-kernels',
]

const ofNode = (name: string) => name.startsWith('node:') || builtinModules.includes(name)

it.each(entries)('%s reaches nothing of Node, not even by a dynamic import', (entry) => {
  const reached = closureOf([entry])
  expect(reached.size).toBeGreaterThan(30)
  const chains = [...reached].filter(([name]) => ofNode(name)).map(([, chain]) => chain.join(' → '))
  expect(chains).toEqual([])
})

it('reaches only packages that run in a browser', () => {
  const named = [...closureOf(entries).keys()].filter((name) => !name.endsWith('.ts'))
  expect(named.sort()).toEqual(packages)
})

it('names the chain of files to a module of Node, where there is one', () => {
  expect(closureOf(['src/index.ts']).get('node:worker_threads')).toEqual([
    'src/index.ts',
    expect.stringMatching(/^src\//),
    expect.stringMatching(/^src\//),
    'node:worker_threads',
  ])
})

it('has the presets of schedules/ in it, as they stand there', () => {
  const files = readdirSync(packagePath('schedules')).sort()
  expect(presetNames().map((name) => `${name}.json`)).toEqual(files)
  for (const name of presetNames())
    expect(JSON.parse(readPreset(name))).toEqual(
      JSON.parse(readFileSync(packagePath('schedules', `${name}.json`), 'utf8')),
    )
})
