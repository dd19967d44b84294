import { expect, test } from 'vitest'
import { newTargets } from '../../src/data/new-targets.js'
import { readRecords } from '../../src/data/records.js'
import { workplace } from './helpers.js'

const { read, write } = workplace()

async function targetsOf(training: string, text: string, data: object = { target: 'y' }) {
  const { encoding, task } = await read(training, data)
  return newTargets(encoding, task, await readRecords(encoding, write(text, 'new.csv')))
}
const numbers = 'a,y,z\n1,0.1,5\n2,0.2,6\n3,0.3,7\n'
const classes = 'a,y\n1,cat\n2,dog\n3,cat\n4,dog\n'

test('targets are found by name, in the order of the model, or as the places of classes', async () => {
  const two = { target: ['z', 'y'], task: 'regression' }
  expect([...(await targetsOf(numbers, 'y,a,z\n1,2,3\n4,5,6\n', two)).values!]).toEqual([3, 1, 6, 4])
  expect([...(await targetsOf(classes, 'y,a\ndog,2\ncat,1\n')).values!]).toEqual([1, 0])
  expect([...(await targetsOf(classes, 'y,a\n1,2\n0,1\n')).values!]).toEqual([1, 0])
})

test('without a header they are found where a row has all columns', async () => {
  const data = { target: -1, header: false, task: 'regression' }
  const training = '1,0.1\n2,0.2\n3,0.3\n'
  expect([...(await targetsOf(training, '5,0.5\n6,0.6\n', data)).values!]).toEqual([0.5, 0.6])
  expect(await targetsOf(training, '5\n6\n', data)).toEqual({})
})

test('a file without targets has none, and one with some says which row lacks its own', async () => {
  expect(await targetsOf(numbers, 'a,z\n1,2\n')).toEqual({})
  expect(await targetsOf(numbers, 'a,z,y\n1,2,3\n4,5,\n')).toEqual({
    lacking: 'new.csv line 3, column "y", is empty',
  })
  expect(await targetsOf(classes, 'a,y\n1,cow\n')).toEqual({
    lacking: 'new.csv line 2, column "y", has the unknown target "cow"',
  })
})
