import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { program } from './helper.js'

const folder = mkdtempSync(join(tmpdir(), 'sentei-check-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** Decimal commas, semicolons and Latin-1, as a spreadsheet may write them; the last row has no line end. */
const rows = Array.from({ length: 60 }, (_, i) =>
  [
    `id-${i}`,
    `${i},5`,
    `${i % 9} kg`,
    ['grün', 'rot', 'blau'][i % 3]!,
    i % 2,
    7,
    `2020-01-0${(i % 3) + 1}`,
    i % 8 === 0 ? 'NA' : i,
    i % 4 < 2 ? 'ja' : 'nein',
  ].join(';'),
)
const text = ['id;size;weight;colour;flag;same;day;gaps;good', ...rows].join('\n')
writeFileSync(join(folder, 'sheet.csv'), Buffer.from(text, 'latin1'))
const config = join(folder, 'sheet.json')
const data = {
  file: 'sheet.csv',
  target: 'good',
  drop: ['id'],
  encoding: 'latin1',
  decimal: ',',
  numeric: ['weight'],
  missing: 'mean',
}
writeFileSync(config, JSON.stringify({ data, supernet: { space: 'mlp-cell' } }))

const facts = {
  encoding: { value: 'windows-1252', how: 'set' },
  delimiter: { value: ';', how: 'guessed' },
  decimal: { value: ',', how: 'set' },
}
const columns = [
  ['id', 'dropped', undefined, undefined, 'config.data.drop'],
  ['size', 'input', 'number', undefined, 'its cells are numbers'],
  ['weight', 'input', 'number', undefined, 'its cells are numbers with the unit kg'],
  ['colour', 'input', 'category', 3, 'its cells are text'],
  ['flag', 'input', 'binary', 2, 'its cells are numbers'],
  ['same', 'input', 'constant', 1, 'its cells are numbers'],
  ['day', 'input', 'category', 3, 'its cells are dates: text'],
  ['gaps', 'input', 'number', undefined, 'its cells are numbers, but for 8 missing'],
  ['good', 'target', 'binary', 2, 'its cells are text'],
] as const
const note = 'no line end behind the last row: if the file was cut, that row may not be whole'

describe('check-data tells what a text file was taken for', () => {
  test('as text', async () => {
    const { code, printed } = await program('check-data', config)
    expect(code).toBe(0)
    expect(printed).toContain(
      'sheet.csv: csv, encoding windows-1252 (set), delimiter ";" (guessed), decimal "," (set); ' +
        'inputs: 3 numbers, 1 binary, 2 categories, 1 constant; target: good (binary, 2 classes)',
    )
    for (const [name, role, kind, levels, why] of columns) {
      const found = [role, kind, levels && `${levels} ${levels === 1 ? 'level' : 'levels'}`]
        .filter((part) => part !== undefined)
        .join(', ')
      expect(printed.split('\n')).toContain(`  ${name}: ${found} (${why})`)
    }
    expect(printed).toContain(`warning: ${note}`)
  })

  test('as JSON', async () => {
    const { code, printed } = await program('check-data', config, '--json')
    expect(code).toBe(0)
    const { reading } = JSON.parse(printed) as { reading: object }
    expect(reading).toEqual({
      file: 'sheet.csv',
      format: 'csv',
      facts,
      notes: [note],
      columns: columns.map(([name, role, kind, levels, why]) => ({
        name,
        role,
        ...(kind !== undefined && { kind }),
        ...(levels !== undefined && { levels }),
        why,
      })),
    })
  })

  test('as text, so many columns; all of them as JSON', async () => {
    const names = Array.from({ length: 60 }, (_, c) => `c${c}`)
    const table = Array.from({ length: 60 }, (_, i) => names.map((_, c) => (i + 1) * (c + 2)).join(','))
    writeFileSync(join(folder, 'wide.csv'), `${names.join(',')}\n${table.join('\n')}\n`)
    const wide = ['--set', 'data.file=wide.csv', '--set', 'data.target=c59', '--set', 'data.numeric=[]']
    const settings = [...wide, '--set', 'data.drop=[]', '--set', 'data.decimal=.']
    const { printed } = await program('check-data', config, ...settings)
    expect(printed).toContain('  … and 20 more (--json)')
    const whole = JSON.parse((await program('check-data', config, '--json', ...settings)).printed) as {
      reading: { columns: unknown[] }
    }
    expect(whole.reading.columns).toHaveLength(60)
  })
})

describe('check-data refuses', () => {
  const write = (name: string, document: object) => {
    writeFileSync(join(folder, name), JSON.stringify(document))
    return join(folder, name)
  }

  test('an unknown space, before it reads the data', async () => {
    const unknown = write('unknown.json', { data: { file: 'away.csv' }, supernet: { space: 'mlp-sell' } })
    await expect(program('check-data', unknown)).rejects.toThrow(
      'config.supernet.space: unknown space mlp-sell; did you mean "mlp-cell"?',
    )
  })

  test('a space that takes other inputs, and names those that take these', async () => {
    const images = write('images.json', { data: { source: 'digits' }, supernet: { space: 'mlp-cell' } })
    await expect(program('check-data', images)).rejects.toThrow(
      /^config\.supernet\.space: mlp-cell takes inputs of 1 axis, digits has \[8, 8, 1\]; spaces that take these: darts-cell, .*autoencoder-mlp$/,
    )
    const rows = write('rows.json', { data: { source: 'concrete' }, supernet: { space: 'darts' } })
    await expect(program('check-data', rows)).rejects.toThrow(
      'darts takes inputs of 3 axes, concrete has [8]; spaces that take these: mlp-cell, autoencoder-mlp',
    )
  })
})
