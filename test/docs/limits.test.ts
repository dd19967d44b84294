import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { fileLimit } from '../../src/base/limit.js'
import { LONGEST_CELL, MOST_CELLS } from '../../src/data/readers/row-cutter.js'
import { mostNodes } from '../../src/nn/builder.js'
import { mostLambdas } from '../../src/setup/sizes.js'
import { mostUnits } from '../../src/supernet/builder.js'
import { mostSteps } from '../../src/train/training.js'

const page = readFileSync('docs/operate.md', 'utf8')
const section = page.slice(page.indexOf('## Limits of size'), page.indexOf('## Alarms'))
const rows = new Map(
  [...section.matchAll(/^\| ([^|]+) \| ([^|]+) \|$/gm)].slice(2).map(([, what, most]) => [what!, most!]),
)

const limits: [string, number, string?][] = [
  [
    'a data file in memory, unpacked and decoded',
    fileLimit() / 2 ** 30,
    ' GiB, or `SENTEI_FILE_LIMIT` (GiB)',
  ],
  ['a cell of a text file', LONGEST_CELL, ' bytes'],
  ['cells in a row of a text file', MOST_CELLS],
  ['operations in a network', mostNodes],
  ['units with a gate each, in a layer', mostUnits],
  ['iterations of a search', mostSteps.search],
  ['iterations of a search times its layers', mostLambdas],
  ['iterations of a retraining', mostSteps.retrain],
]

it.each(limits)('%s: as the code has it', (what, most, unit = '') => {
  expect(rows.get(what)).toBe(`${most.toLocaleString('en')}${unit}`)
})

it('there are no others', () => {
  expect([...rows.keys()]).toEqual(limits.map(([what]) => what))
})
