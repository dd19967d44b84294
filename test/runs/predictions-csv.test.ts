import { expect, test } from 'vitest'
import { predictionsCsv } from '../../src/runs/predictions-csv.js'

test('a status stands behind each row, and a row without a prediction has empty cells', () => {
  const rows = { unit: 'line', places: [2, 3], statuses: ['ok', 'missing a; no number in b: "x"'] }
  const values = [
    [0.75, 0.25],
    [NaN, NaN],
  ]
  expect(predictionsCsv({ ...rows, names: ['p', 'q'], classes: ['p', ''], values }).split('\n')).toEqual([
    'line,predicted,probability p,probability q,status',
    '2,p,0.75,0.25,ok',
    '3,,,,"missing a; no number in b: ""x"""',
    '',
  ])
  expect(predictionsCsv({ ...rows, names: ['status'], values: [[1], [NaN]] }).split('\n')[0]).toBe(
    'line,status,row status',
  )
})

const csvOf = (classes: string[], values = classes.map(() => [0.5])) =>
  predictionsCsv({
    names: ['a'],
    values,
    classes,
    unit: 'line',
    places: classes.map((_, i) => i + 1),
    statuses: classes.map(() => 'ok'),
  })
    .trim()
    .split('\n')
    .slice(1)
    .map((line) => line.replace(/,ok$/, ''))

test('texts that a spreadsheet would run are quoted, with an apostrophe before them', () => {
  const texts = ['=cmd', '+a', '-a', '@a', '\ta', '＝1+1', '="x"', 'plain', 'a=b', "it's"]
  expect(csvOf(texts).map((line) => line.replace(/^\d+,/, '').replace(/,0\.5$/, ''))).toEqual([
    ...[
      '"\'=cmd"',
      '"\'+a"',
      '"\'-a"',
      '"\'@a"',
      '"\'\ta"',
      '"\'＝1+1"',
      '"\'=""x"""',
      'plain',
      'a=b',
      "it's",
    ],
  ])
})

test('taking the apostrophe away gives every text back', () => {
  const texts = ['=a', "'=a", "''=a", "'a", 'a']
  const read = csvOf(texts).map((line) => line.replace(/^\d+,"?/, '').replace(/"?,0\.5$/, ''))
  expect(new Set(read).size).toBe(texts.length)
  expect(read.map((text) => text.replace(/^'(?='*[=+\-@])/, ''))).toEqual(texts)
})

test('numbers stay numbers, as classes and as values', () => {
  expect(csvOf(['-1', '+1', '-1e3'], [[-2.5], [1e-9], [-0.1]])).toEqual([
    '1,-1,-2.5',
    '2,+1,1e-9',
    '3,-1e3,-0.1',
  ])
})

test('what 32 bits hold has nine digits at most, and reads back as the same 32 bits', () => {
  const single = Math.fround(7.125677381480955e-9)
  const [line] = csvOf(['x'], [[single]])
  const written = line!.split(',')[2]!
  expect(written.length).toBeLessThan(14)
  expect(Math.fround(Number(written))).toBe(single)
  expect(csvOf(['x'], [[1 / 3]])).toEqual([`1,x,${1 / 3}`])
})
