import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { prepareData, resolveConfig, tableOf, type Reader } from '../../../src/index.js'

const folder = mkdtempSync(join(tmpdir(), 'sentei-own-reader-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
writeFileSync(join(folder, 'x.own'), '')

const config = resolveConfig({ data: { file: 'x.own', target: 'y' }, supernet: { space: 'mlp-cell' } })
const reading = (read: () => unknown) => {
  const reader = {
    name: 'own',
    description: '',
    gives: 'table',
    takes: (path: string) => path.endsWith('.own'),
  }
  return prepareData(config, folder, [{ ...reader, read } as Reader])
}
const table = (rows: number[][], places = [1, 2]) =>
  tableOf({ name: 'x.own', unit: 'line', places, names: ['x', 'y'], rows })

describe('a reader of one’s own', () => {
  it.each([[() => undefined], [() => ({})], [() => ({ places: [1] })]])(
    'that gives no rows is refused: %s',
    async (read) => {
      await expect(reading(read)).rejects.toThrow(
        'x.own: the reader own gave no rows: expected places and either',
      )
    },
  )

  const arrays = {
    name: 'x.own',
    unit: 'row',
    places: [1, 2],
    kind: 'table',
    rows: 2,
    shape: [1],
    values: Float32Array.of(1, 2),
  }
  it.each([
    [{ name: undefined }, "no name: expected the file's name as messages give it, got nothing"],
    [{ unit: 'rows' }, 'no unit: expected what a row is called, one of line, row, record, image, got "rows"'],
    [{ kind: undefined }, 'no kind of arrays: expected one of table, images, sequences, got nothing'],
    [{ rows: 3 }, 'no number of rows: expected rows: 2, as there are places, got 3'],
    [{ shape: [0] }, 'no shape: expected the shape of one row, integers above 0, got [0]'],
    [
      { values: [1, 2] },
      'no values: expected a Float32Array or Float64Array of 2 × 1 numbers, got 2 numbers',
    ],
    [{ labels: { places: [1, 2] } }, 'labels with no rows: expected places and either'],
    [{ columns: [{}], names: ['a'] }, 'no table: expected 2 cells in the column a, one for each place'],
    [{ columns: [{}], names: [] }, 'no table: expected a name for each of its columns'],
  ])('that gives arrays without what they need is refused: %o', async (wrong, message) => {
    await expect(reading(() => ({ ...arrays, ...wrong }))).rejects.toThrow(
      `x.own: the reader own gave ${message}`,
    )
  })

  it('that calls tableOf without places is refused', async () => {
    const rows = { names: ['x'], rows: [[1]] } as unknown as Parameters<typeof tableOf>[0]
    await expect(reading(() => tableOf(rows))).rejects.toThrow(
      'tableOf: expected name, unit, places, names and rows, got no name, unit, places',
    )
  })

  it('that gives rows of other lengths is refused, with the row', async () => {
    const short = reading(() => table([[1, 2], [1]]))
    await expect(short).rejects.toThrow('x.own line 2: expected 2 cells, one for each name, got 1')
    const far = reading(() => table([[1, 2]]))
    await expect(far).rejects.toThrow('x.own: expected 1 places, one for each row, got 2')
  })
})
