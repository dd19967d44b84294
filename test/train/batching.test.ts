import { expect, it } from 'vitest'
import { randomSource } from '../../src/base/random.js'
import { batching } from '../../src/train/batching.js'
import { vectorData } from '../helpers/trials.js'

it('a last batch of half the size is a batch, or left out where all must be full', () => {
  const data = vectorData()
  const rows = data.splits.train.subarray(0, 10)
  const sizes = (fullBatches: boolean) => {
    const batches = batching(data, rows, { batch: 4, shards: 1, fullBatches }, randomSource(1), 'test')
    return Array.from({ length: batches.perEpoch }, (_, t) => batches.at(t)[0]!.rows)
  }
  expect(sizes(false)).toEqual([4, 4, 2])
  expect(sizes(true)).toEqual([4, 4])
})
