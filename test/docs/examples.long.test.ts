import { execFile } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import ts from 'typescript'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { tsExamples } from './ts-examples.js'

const { examples, write } = tsExamples('examples')
/** Where the examples run, one after another as a reader would: later ones read what earlier ones wrote. */
const place = mkdtempSync(join(tmpdir(), 'sentei-docs-'))
beforeAll(write)
afterAll(() => rmSync(place, { recursive: true, force: true }))

describe('TypeScript examples run', () => {
  const order = ['README.md', 'docs/library.md', 'docs/deliver.md', 'docs/extend.md', 'docs/performance.md']
  const rank = ({ place: at }: { place: string }) => order.indexOf(at.split(':')[0]!)
  const run = examples.filter(({ info }) => info === 'ts run').sort((a, b) => rank(a) - rank(b))

  /** Runs an example in the reader's folder, shortened to two epochs; what it printed. */
  async function output({ file, text }: (typeof examples)[number]): Promise<string> {
    const short = text.replace(/epochs: \d+/g, 'epochs: 2')
    const compilerOptions = { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022 }
    const path = file.replace(/\.ts$/, '.js')
    writeFileSync(path, ts.transpileModule(short, { compilerOptions }).outputText)
    const { stdout } = await promisify(execFile)(process.execPath, [path], { cwd: place })
    return stdout
  }

  /** What each example of a page prints, in their order. */
  const expected: Record<string, RegExp[]> = {
    'README.md': [/^encoder\/dense0: \d+ of 64 units\n[^]*\nrmse \d/],
    'docs/library.md': [
      /^\[ \d+\.\d+ \] \d+(\.\d+)?\n\d+\n$/,
      /units: \d+ of \d+[^]*\nrmse \d[^]*\n\[ \d+\.\d+ \] \d/,
      /^stopped at \d+\nwent on to \d+\n$/,
      /^interrupted while searching\n$/,
      /^(\d+ \d+\.\d+\n){2}$/,
    ],
    'docs/deliver.md': [/^-?\d+(\.\d+)? MPa\n$/, /^-?\d+(\.\d+)? MPa\n$/],
    'docs/extend.md': [
      /^(hidden [\d ]+\n)?output\/sum (hidden|linear)\n$/,
      /^\[( '(skip|conv-[35]x[35])',?){2} \]\n$/,
      /^rmse 3\n$/,
      /^(block0\/\w+ ?)+\n$/,
      /^(?!.*pool)[^\n]*(conv|skip|none)[^\n]*\n$/,
      /^\d+\n$/,
      /^width colour=blue colour=red 24\n$/,
    ],
    'docs/performance.md': [/^\[ 3, 3, 3, 4 \]\n$/],
  }
  test.each(run.map((example) => [example.place, example] as const))('%s', async (at, example) => {
    const page = at.split(':')[0]!
    const nth = run.filter(({ place: other }) => other.startsWith(`${page}:`)).indexOf(example)
    expect(await output(example)).toMatch(expected[page]![nth]!)
  })

  test('and leave what they say', () => {
    const pages = run.map(({ place: at }) => at.split(':')[0]!)
    expect([...new Set(pages)]).toEqual(order)
    for (const page of order)
      expect(pages.filter((each) => each === page)).toHaveLength(expected[page]!.length)
    for (const name of [
      'first.svg',
      'runs/first/model/model.json',
      'first.parity.json',
      'runs/shortcut/report.html',
      'sizes.jsonl',
    ])
      expect(existsSync(join(place, name)), name).toBe(true)
  })
})
