import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { expected, InputError } from '../../src/base/errors.js'
import { packagePath, nodeSha256, writeAtomic, writeJson } from '../../src/base/files.js'
import { didYouMean, nearest } from '../../src/base/suggest.js'

const folder = mkdtempSync(join(tmpdir(), 'sentei-files-'))
afterAll(() => rmSync(folder, { recursive: true }))

it('writes a file whole, in new folders, and leaves nothing beside it', () => {
  const path = join(folder, 'a', 'b', 'file.txt')
  writeAtomic(path, 'old')
  writeAtomic(path, Uint8Array.of(110, 101, 119))
  expect(readFileSync(path, 'utf8')).toBe('new')
  expect(readdirSync(join(folder, 'a', 'b'))).toEqual(['file.txt'])
})

it('keeps the old file where the new one cannot take its place', () => {
  const path = join(folder, 'kept.txt')
  writeFileSync(path, 'old')
  expect(() => writeAtomic(join(path, 'below'), 'new')).toThrow()
  expect(readFileSync(path, 'utf8')).toBe('old')
})

it('refuses to put a file in the place of a folder, and leaves nothing beside it', () => {
  mkdirSync(join(folder, 'taken', 'inside'), { recursive: true })
  expect(() => writeAtomic(join(folder, 'taken'), 'new')).toThrow('taken: expected a file, got a folder')
  expect(readdirSync(folder).filter((name) => name.endsWith('.tmp'))).toEqual([])
})

it.runIf(existsSync('/proc/self'))('fails where no folder can be made, and does not try for ever', () => {
  expect(() => writeAtomic('/proc/sentei/file.txt', 'new')).toThrow('/proc/sentei')
})

it('writes JSON with two spaces and a line feed at the end', () => {
  writeJson(join(folder, 'a.json'), { a: [1] })
  expect(readFileSync(join(folder, 'a.json'), 'utf8')).toBe('{\n  "a": [\n    1\n  ]\n}\n')
})

it('hashes parts as one text', () => {
  expect(nodeSha256('a', 'bc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad')
})

it('finds files of the package', () => {
  expect(existsSync(packagePath('schedules', 'none.json'))).toBe(true)
})

it('says path, expectation and value, long values cut', () => {
  expect(expected('config.search.epochs', 'integer ≥ 1', 0)).toBeInstanceOf(InputError)
  expect(expected('config.search.epochs', 'integer ≥ 1', 0).message).toBe(
    'config.search.epochs: expected integer ≥ 1, got 0',
  )
  expect(expected('a', 'b', undefined).message).toBe('a: expected b, got nothing')
  expect(expected('a', 'b', 'x'.repeat(200)).message.length).toBeLessThan(110)
})

it('suggests a near word and none that is far', () => {
  expect(nearest('wsm', ['wasm', 'cpu'])).toBe('wasm')
  expect(nearest('tensorrt', ['wasm', 'cpu'])).toBeUndefined()
  expect(nearest('x', [])).toBeUndefined()
  expect(didYouMean('Wasn', ['wasm'])).toBe('; did you mean "wasm"?')
  expect(didYouMean(3, ['wasm'])).toBe('')
})
