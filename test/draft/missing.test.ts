import { expect, it } from 'vitest'
import { drafted, file, lines } from './helper.js'

it('takes words among numbers for missing cells, and counts them', async () => {
  const cell = (i: number) => (i % 10 === 2 ? '-' : i === 7 ? '#DIV/0!' : `${(i * 7) % 31},25`)
  const path = file(
    'dashes.csv',
    `a;b;y\n${lines(60, (i) => `${cell(i)};${i % 3};${i}.5`.replace('.', ','))}`,
  )
  const { data, dataset, whys } = await drafted(path, { target: 'y' })
  expect(data).toMatchObject({ decimal: ',', missing: 'indicator', missingValues: ['#DIV/0!', '-'] })
  expect(dataset.cleaning?.missing).toEqual({ a: 7 })
  expect(whys).toContain(
    'data.missingValues: words among numbers: a (7 of 60 cells: -, #DIV/0!); they count as missing cells',
  )
})

it('leaves such words among the texts of another column', async () => {
  const path = file(
    'none.csv',
    `a,b,y\n${lines(60, (i) => `${i % 9 ? (i * 7) % 31 : 'None'}.5,${i % 3 ? 'None' : 'wood'},${i}.5`.replace('None.5', 'None'))}`,
  )
  const { data, dataset } = await drafted(path, { target: 'y' })
  expect(data.missingValues).toEqual({ a: ['None'] })
  expect(dataset.features).toEqual(['a', 'a missing', 'b=None', 'b=wood'])
})
