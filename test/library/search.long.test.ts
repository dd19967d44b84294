import * as tf from '@tensorflow/tfjs-core'
import { describe, expect, test } from 'vitest'
import { fromArrays, fromTensors, randomSource, search, type SearchRequest } from '../../src/index.js'
import { mlpCell } from '../../src/spaces.js'
import '../setup/shared.js'

/** y = x0 − x1² and noise; the third input says nothing. */
function made(rows: number, seed = 1): { x: number[][]; y: number[] } {
  const draw = randomSource(seed).stream('made')
  const x = Array.from({ length: rows }, () => [draw.normal(), draw.normal(), draw.normal()])
  return { x, y: x.map(([a, b]) => 10 + 5 * (a! - b! ** 2) + 0.1 * draw.normal()) }
}

const quick: Partial<SearchRequest> = {
  seed: 3,
  search: { steps: 120, batch: 32 },
  retrain: { steps: 150, batch: 32, distillation: { share: 0 } },
  schedule: 'fixed-l1',
}
const small = mlpCell({ blocks: 1, width: 8, hidden: 8 })

describe('a model', () => {
  const { x } = made(150)
  const odd = x.map(([a]) => Number(a! > 0))

  test('says labels as they were given, and takes targets by name or place', async () => {
    const numbers = await search({
      ...quick,
      space: small,
      data: fromArrays(
        x,
        odd.map((k) => k + 1),
      ),
    })
    expect(new Set(numbers.model.predict(x))).toEqual(new Set([1, 2]))
    const right = numbers.model.evaluate(
      x,
      odd.map((k) => k + 1),
    )
    // One-hot rows are places, though the classes are called 1 and 2.
    expect(
      numbers.model.evaluate(
        x,
        odd.map((k) => [1 - k, k]),
      ),
    ).toBe(right)
    const [inputs, targets] = [tf.tensor2d(x), tf.tensor1d(odd, 'int32')]
    const tensors = await search({ ...quick, space: small, data: await fromTensors(inputs, targets) })
    expect(new Set(tensors.model.predict(x))).toEqual(new Set([0, 1]))
    tf.dispose([inputs, targets])
    const truths = await search({
      ...quick,
      space: small,
      data: fromArrays(
        x,
        odd.map((k) => k > 0),
      ),
    })
    expect(new Set(truths.model.predict(x))).toEqual(new Set([true, false]))
    const named = fromArrays(x, odd, { classes: ['p', 'q'] })
    const { model } = await search({ ...quick, space: small, data: named })
    expect(model.evaluate(x, odd)).toBe(
      model.evaluate(
        x,
        odd.map((k) => 'pq'[k]!),
      ),
    )
    expect(() => model.evaluate(x, odd, 'rmse')).toThrow('evaluate: expected one of accuracy, cross-entropy')
  })
})
