import { describe, expect, it } from 'vitest'
import { encodeRecords } from '../../src/data/records.js'
import { csv, message, rejection, workplace } from './helpers.js'

const { config, read, write } = workplace()

/** A table of 12 rows whose column x has the cells given, over and over. */
const table = (...cells: string[]) => csv('x;y', 12, (i) => [`${cells[i % cells.length]!};${i + 0.5}`])
const fails = (text: string, data = {}) => rejection(read(text, { target: 'y', ...data }))

describe('numbers in disguise', () => {
  it.each([
    [['1,5', '2,25', '-3,0'], 'config.data.decimal: ","'],
    [['1.234,5', '2.000,25', '12.345,0'], 'config.data.decimal: "," and config.data.thousands: "."'],
    [['1,000', '12,500', '1,234,567.5'], 'config.data.thousands: ","'],
    [['1 000', '12 500', '1 234 567'], 'config.data.thousands: " "'],
    [["1'000", "12'500"], `config.data.thousands: "'"`],
    [['12%', '7.5 %', '100%'], 'config.data.numeric: ["x"]'],
    [['$3.00', '-$4.50', '$10'], 'config.data.numeric: ["x"]'],
    [['3 €', '4 €'], 'config.data.numeric: ["x"]'],
    [['$1,000', '$2,500'], 'config.data.numeric: ["x"] and config.data.thousands: ","'],
    [['5 kg', '7 kg', '8.5 kg'], 'config.data.numeric: ["x"]'],
  ])('are no categories: %j', async (cells, keys) => {
    const found = await fails(table(...cells))
    expect(found).toContain(`a.csv, column "x": expected numbers or categories, got numbers in disguise`)
    expect(found).toContain(`set ${keys}, or list it in config.data.categorical where these are names`)
  })

  it.each([
    [['red', 'blue']],
    [['Q1', 'Q2', 'Q3']],
    [['2nd', '3rd', '11th']],
    [['1-2', '3-4', '5+']],
    [['2020-01-01', '2020-01-02']],
    [['007a', '8b', '9c']],
  ])('are not seen in names: %j', async (cells) => {
    const { features } = await read(table(...cells), { target: 'y' })
    expect(features).toHaveLength(cells.length)
  })

  it('are no classes either', async () => {
    const text = table('1', '2').replaceAll('.5', '%')
    expect(await fails(text)).toBe(
      'a.csv, column "y": expected numbers or categories, got numbers in disguise ("0%"); ' +
        'set config.data.numeric: ["y"], or set config.data.task to classification where these are names',
    )
    expect((await read(text, { target: 'y', numeric: ['y'] })).task.kind).toBe('regression')
    expect(
      (
        await read(
          table('1', '2').replace(/;\d+\.5/g, (cell) => `;${Number(cell.slice(1)) % 3}%`),
          { target: 'y', task: 'classification' },
        )
      ).task,
    ).toEqual({
      kind: 'classification',
      classes: ['0.5%', '1.5%', '2.5%'],
    })
  })

  it('beside numbers name the key, too', async () => {
    expect(await fails(table('950', '1,000'))).toBe(
      'a.csv line 3, column "x": expected a number, got "1,000"; config.data.thousands: "," reads such numbers',
    )
  })

  it('read by the keys that the messages name', async () => {
    const column = async (cells: string[], data: object) => {
      const { inputs, features } = await read(table(...cells), { target: 'y', ...data })
      expect(features).toEqual(['x'])
      return [...inputs].slice(0, cells.length)
    }
    expect(await column(['1,5', '2,25', '-3,0', '7'], { decimal: ',' })).toEqual([1.5, 2.25, -3, 7])
    expect(await column(['1.234,5', '2'], { decimal: ',', thousands: '.' })).toEqual([1234.5, 2])
    expect(await column(['1,000', '1,234,567.5', '2'], { thousands: ',' })).toEqual([1000, 1234567.5, 2])
    expect(await column(['1 000', '2\u00a0000'], { thousands: ' ' })).toEqual([1000, 2000])
    expect(await column(['12%', '7.5 %'], { numeric: ['x'] })).toEqual([12, 7.5])
    expect(await column(['-$3.00', '$1,000'], { numeric: ['x'], thousands: ',' })).toEqual([-3, 1000])
    expect(await column(['−5', '6'], {})).toEqual([-5, 6])
  })

  it('under another decimal sign a point is none', async () => {
    expect(await fails(table('1,5', '1.500'), { decimal: ',' })).toMatch(
      /^a\.csv line 3, column "x": expected a number, got "1.500"/,
    )
    expect(message(() => config({ target: 'y', thousands: '.' }))).toContain(
      'data.thousands: expected another sign than data.decimal, got "." for both; is config.data.decimal ","?',
    )
  })

  it('have one unit in a column, in new records as well', async () => {
    expect(await fails(table('12%', '0.12'), { numeric: ['x'] })).toBe(
      'a.csv line 2, column "x": expected a number, got "12%"; all cells of such a column have one unit',
    )
    expect(await fails(table('$3', '3 €'), { numeric: ['x'] })).toBe(
      'a.csv line 3, column "x": expected a number with the unit "$", got "3 €"; all cells of such a column have one unit',
    )
    const { encoding } = await read(table('12%', '7%'), { target: 'y', numeric: ['x'] })
    const again = (text: string) => encodeRecords(encoding, write(text, 'new.csv'))
    expect([...(await again('x\n5%\n6 %\n')).inputs]).toEqual([5, 6])
    expect(await rejection(again('x\n0.05\n'))).toMatch(/expected a number with the unit "%", got "0.05"/)
  })

  it('of Parquet are told alike', async () => {
    const found = fails(table('1', '2'), { numeric: ['z'] })
    expect(await found).toMatch(/^config\.data\.numeric: expected a column of a\.csv, got "z"/)
  })
})

describe('integers that no 64-bit float holds', () => {
  const [a, b] = ['9007199254740992', '9007199254740993']

  it('are different classes', async () => {
    const text = csv('x,y', 12, (i) => [i, i % 2 ? a : b])
    const { task } = await read(text, { target: 'y', task: 'classification' })
    expect(task).toEqual({ kind: 'classification', classes: [a, b] })
    expect((await read(text, { target: 'y' })).task).toEqual(task)
  })

  it('are different categories', async () => {
    const text = csv('x,y', 12, (i) => [i % 2 ? a : b, i + 0.5])
    const { features, encoding } = await read(text, { target: 'y', categorical: ['x'] })
    expect(features).toEqual([`x=${a}`, `x=${b}`])
    const { inputs } = await encodeRecords(encoding, write(`x\n${b}\n`, 'new.csv'))
    expect([...inputs]).toEqual([0, 1])
  })

  it('and numbers beyond all floats are', async () => {
    const text = csv('x,y', 12, (i) => [i, i % 2 ? '1e400' : '1e500'])
    expect((await read(text, { target: 'y', task: 'classification' })).task).toEqual({
      kind: 'classification',
      classes: ['1e400', '1e500'],
    })
  })
})
