import { describe, expect, it } from 'vitest'
import { freshProgress } from '../../../src/search/progress.js'
import { supernetStepper } from '../../../src/search/stepper.js'
import { batching } from '../../../src/train/batching.js'
import { contextOf, modelOf, onePhase } from '../../helpers/trials.js'
import { dataOf, table, trial, withoutLeaks } from './table.js'
import { tensorCounter } from '../../setup/tensors.js'

/** Half of them are enough for the slowest of the table. */
const steps = 90

describe.each(table)('%s', (_name, instance) => {
  const data = dataOf(instance, 8)
  const adam = { optimizer: 'adam', learningRate: 0.03, decay: 'constant' }

  it('learns a few rows by heart in joint steps', async () => {
    await withoutLeaks(() => {
      const search = { epochs: steps, batch: 8, weights: adam, gates: { travel: 1 } }
      const tried = trial(instance, data, { schedule: onePhase([]), search })
      const model = modelOf(tried)
      const stepper = supernetStepper(model, data, contextOf(tried).context)
      const batches = batching(data, data.splits.train, tried.config.search, tried.random, 'search')
      const progress = freshProgress()
      const lossAt = (t: number) => {
        stepper.step(t, batches.at(t), tried.schedule.phases[0]!)
        return stepper.drain(progress).losses.task!
      }
      const before = model.alphaValues()
      const first = lossAt(0)
      lossAt(1)
      const newTensors = tensorCounter()
      let last = first
      for (let t = 2; t < steps && last > 0.05 * first; t++) last = lossAt(t)
      expect(last).toBeLessThan(0.05 * first)
      expect(newTensors()).toBe(0)
      const moved = [...model.alphaValues()].filter(
        ([name, alpha]) => alpha.join() !== before.get(name)!.join(),
      )
      expect(moved.length).toBe(before.size)
      stepper.dispose()
      model.dispose()
    })
  })
})
