import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { resolveConfig } from '../../../src/config/load-config.js'
import { readDataset } from '../../../src/data/read-dataset.js'
import { ts } from '../../../src/data/readers/ts.js'
import type { ArrayContent } from '../../../src/data/content.js'

const folder = mkdtempSync(join(tmpdir(), 'sentei-ts-'))
let files = 0
function written(text: string, ending = '.ts'): string {
  const path = join(folder, `set${files++}${ending}`)
  writeFileSync(path, ending.endsWith('.gz') ? gzipSync(text) : text)
  return path
}
const options = { header: true, labelBytes: 1, resize: 'refuse' } as const
const read = (text: string, more = {}) => ts.read(written(text), { ...options, ...more }) as ArrayContent

const two = `# made by hand
@problemName two
@timeStamps false
@univariate false
@classLabel true still moving
@data
1,2,3:4,5,6:still
1,1,?:2,2,2:moving
`

describe('a .ts file', () => {
  it('has channels beside each other, and labels', () => {
    const { shape, values, labels, kind } = read(two)
    expect([kind, shape]).toEqual(['sequences', [3, 2]])
    expect([...values]).toEqual([1, 4, 2, 5, 3, 6, 1, 2, 1, 2, NaN, 2])
    expect(labels!.columns[0]!.texts).toEqual(['still', 'moving'])
  })

  it('of series of different lengths goes on with their last values, and says so', () => {
    const text = '@classLabel true 0 1\n@data\n1,2,3:0\n4:1\n'
    const { values, taken } = read(text)
    expect([...values]).toEqual([1, 2, 3, 4, 4, 4])
    expect(taken!.notes).toEqual(['series of 1 to 3 steps: the last value of a shorter one is held'])
    expect(read(text, { sequence: { steps: 4, channels: 1 } }).shape).toEqual([4, 1])
    expect(() => read(text, { sequence: { steps: 2, channels: 1 } })).toThrow(
      /^set\d+\.ts line 3: expected at most 2 steps, got 3$/,
    )
  })

  it('without labels, or with numbers as targets', () => {
    expect(read('@classLabel false\n@data\n1,2\n').labels).toBeUndefined()
    const { labels } = read('@targetLabel true\n@data\n1,2:0.5\n3,4:0.75\n')
    expect([...labels!.columns[0]!.cells]).toEqual([0.5, 0.75])
  })

  it.each([
    ['1,2:a\n', 'line 1: expected @ and a key, or @data, got "1,2:a"'],
    ['@classLabel true a\n', 'expected a line @data before the series, got none'],
    ['@data\n', 'expected series after @data, got none'],
    ['@classLabel true a\n@data\n1,2\n', 'line 3: expected a series, a colon and its label, got "1,2"'],
    ['@data\n1,x\n', 'line 2: expected numbers between commas, got "x"'],
    ['@data\n1,2\n1:2\n', 'line 3: expected 1 channels, got 2'],
    ['@timeStamps true\n@data\n(0,1)\n', 'line 1: expected series without time stamps'],
  ])('%j is refused: %s', (text, message) => {
    expect(() => read(text)).toThrow(message)
  })

  it('is a data set by its name alone, packed too', async () => {
    const rows = Array.from({ length: 40 }, (_, i) => `${i},${2 * i},${i % 3}:${i % 2 ? 'b' : 'a'}`)
    const text = `@classLabel true a b\n@data\n${rows.join('\n')}\n`
    const config = resolveConfig({
      data: { file: written(text, '.ts.gz') },
      supernet: { space: 'temporal-conv' },
    })
    const { task, shape } = await readDataset(config, '.')
    expect([task, shape]).toEqual([{ kind: 'classification', classes: ['a', 'b'] }, [3, 1]])
  })
})
