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

  it('that gives rows of other lengths is refused, with the row', async () => {
    const short = reading(() => table([[1, 2], [1]]))
    await expect(short).rejects.toThrow('x.own line 2: expected 2 cells, one for each name, got 1')
    const far = reading(() => table([[1, 2]]))
    await expect(far).rejects.toThrow('x.own: expected 1 places, one for each row, got 2')
  })
})
