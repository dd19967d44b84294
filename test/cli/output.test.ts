import { linkSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { outputOf } from '../../src/cli/output.js'
import { program } from './helper.js'

const folder = mkdtempSync(join(tmpdir(), 'sentei-output-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const at = (name: string) => join(folder, name)

beforeAll(() => {
  mkdirSync(at('run/model'), { recursive: true })
  mkdirSync(at('empty'))
  for (const name of ['input.csv', 'mine.txt', 'run/config.json', 'run/model/model.json'])
    writeFileSync(at(name), 'mine')
  symlinkSync(at('input.csv'), at('link.csv'))
  linkSync(at('input.csv'), at('hard.csv'))
  symlinkSync(at('run'), at('alias'))
})

describe('a place to write to', () => {
  test('is taken where nothing is, in a folder of an input, too', () => {
    expect(outputOf({})).toBeUndefined()
    expect(outputOf({}, {}, at('new.txt'))).toBe(at('new.txt'))
    expect(outputOf({ out: at('run/new.svg') }, { inputs: [at('run')] })).toBe(at('run/new.svg'))
    expect(outputOf({ out: at('empty') }, { files: ['a'] })).toBe(at('empty'))
  })

  test('is refused where something is, unless --force says that it may go', () => {
    expect(() => outputOf({ out: at('mine.txt') })).toThrow(
      'mine.txt: it exists already; choose another --out, or overwrite it with --force',
    )
    expect(outputOf({ out: at('mine.txt'), force: true })).toBe(at('mine.txt'))
    expect(() => outputOf({ out: at('run') }, { files: ['a'] })).toThrow(/run: it is not empty/)
    expect(outputOf({ out: at('run'), force: true }, { files: ['a'] })).toBe(at('run'))
  })

  test.each([
    ['input.csv', 'input.csv'],
    ['link.csv', 'input.csv'],
    ['hard.csv', 'input.csv'],
    ['run/config.json', 'run'],
    ['alias/config.json', 'run'],
    ['run/../input.csv', 'input.csv'],
  ])('is never an input: %s of %s', (out, input) => {
    expect(() => outputOf({ out: at(out), force: true }, { inputs: [at(input)] })).toThrow(
      /the command reads .*; choose another --out/,
    )
  })

  test('that is a folder of files is never the one that they are read from', () => {
    const places = { inputs: [at('run')], files: ['model.json'] }
    expect(() => outputOf({ out: at('run/model'), force: true }, places)).toThrow(
      /model\.json: the command reads/,
    )
  })

  test.each([
    ['', /out: expected a value, got ""/],
    [folder, /expected a file, got a folder/],
    ['/dev/null', /expected a file, got a device/],
  ])('is no %j', (out, message) => {
    expect(() => outputOf({ out, force: true })).toThrow(message)
  })
})

test.each([
  ['search', 'x.yaml', '--out', ''],
  ['resume', ''],
  ['retrain', 'x', '--out', ''],
])('an empty path is refused: %s %s %s %s', async (...args) => {
  await expect(program(...args)).rejects.toThrow(/expected a value, got ""|no such file/)
})

test.each([
  ['init', '--out', 'mine.txt'],
  ['predict', 'run', '--data', 'input.csv', '--out', 'mine.txt'],
  ['predict', 'run', '--data', 'input.csv', '--out', 'input.csv', '--force'],
  ['export', 'run', '--format', 'svg', '--out', 'run/config.json', '--force'],
  ['export', 'run', '--format', 'layers', '--out', 'run/model', '--force'],
  ['derive', 'run', '--out', 'mine.txt'],
  ['derive', 'run', '--out', 'run/config.json', '--force'],
  ['schedule', 'show', 'none', '--out', 'mine.txt'],
  ['schedule', 'freeze', 'run', '--out', 'mine.txt'],
])('%s %s … overwrites nothing', async (...args) => {
  const paths = args.map((arg) => (/^(run|mine|input)/.test(arg) ? at(arg) : arg))
  await expect(program(...paths)).rejects.toThrow(/exists already|the command reads/)
  for (const name of ['input.csv', 'mine.txt', 'run/config.json', 'run/model/model.json'])
    expect(readFileSync(at(name), 'utf8')).toBe('mine')
})
