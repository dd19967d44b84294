import { describe, expect, it } from 'vitest'
import { checkData } from '../../src/data/check-data.js'
import { prepareData } from '../../src/data/prepare.js'
import { csv, rejection, workplace } from './helpers.js'

const { config, read, write, folder } = workplace()
const huge = 'x'.repeat(200_000)
const rows = (row: (i: number) => (string | number)[], header = 'a,b,y') => csv(header, 30, row)

/** A table with a long text in one place, and the key that meets them. */
const cases: [string, string, object, object?][] = [
  ['a cell among numbers', rows((i) => [i === 7 ? huge : i, i, i]), { target: 'y' }],
  ['a cell of a target', rows((i) => [i, i, i === 7 ? huge : i / 7]), { target: 'y', task: 'regression' }],
  ['the only class', rows((i) => [i, i, huge]), { target: 'y' }],
  ['no listed class', rows((i) => [i, i, i === 7 ? huge : 'p']), { target: 'y', classes: ['p', 'q'] }],
  ['too many categories', csv('a,y', 250, (i) => [`${huge.slice(0, 20_000)}${i}`, i]), { target: 'y' }],
  ['a column without values', rows(() => ['', 1, 2], `${huge},b,y`), { target: 'y', missing: 'mean' }],
  ['a column named twice', rows((i) => [i, i, i], `${huge},${huge},y`), { target: 'y' }],
  ['another column is meant', rows((i) => [i, i, i], `${huge},b,y`), { target: 'z' }],
  ['a target of that name', rows((i) => [i, i, i]), { target: huge }],
  ['a time', rows((i) => [i === 7 ? huge : i, i, i]), { target: 'y' }, { by: 'time', column: 'a' }],
]

describe('an error about a long text of text is short and says where', () => {
  it.each(cases)('%s', async (_name, text, data, split) => {
    const message = await rejection(read(text, data, split))
    expect(message.length).toBeLessThan(1100)
    expect(message).toMatch(/^(a\.csv|config\.)/)
  })
})

it('so are warnings', async () => {
  write(csv('a,y', 60, (i) => [i, i < 57 ? 'p' : huge]))
  const { warnings } = checkData(await prepareData(config({ target: 'y' }, { by: 'time' }), folder))
  expect(warnings.join('\n')).toContain('train has no row of class "xxx')
  for (const warning of warnings) expect(warning.length).toBeLessThan(1100)
})
