import * as tf from '@tensorflow/tfjs-core'
import { describe, expect, it } from 'vitest'
import { randomSource, type RandomStream } from '../../../src/base/random.js'
import { deriveNetwork } from '../../../src/derive/network.js'
import { supernetStepper } from '../../../src/search/stepper.js'
import type { SupernetModel } from '../../../src/supernet/model.js'
import { canPrune } from '../../../src/supernet/prune.js'
import { batching } from '../../../src/train/batching.js'
import { predictRows } from '../../../src/train/evaluate.js'
import { modelNetwork } from '../../../src/train/network.js'
import { withNetwork } from '../../../src/trial/with-network.js'
import { relativeError } from '../../helpers/numeric.js'
import { contextOf, onePhase } from '../../helpers/trials.js'
import { randomMembers, removeAtRandom } from './removals.js'
import { dataOf, table, trainedModel, trial, withoutLeaks } from './table.js'

/** Closes random gates, all but those that a legal choice needs, and returns what is left open. */
function closeAtRandom(model: SupernetModel, stream: RandomStream): Map<string, string[]> {
  return new Map(
    model.supernet.groups.map((group) => {
      const open = randomMembers(group, stream)
      const old = model.alphaValues().get(group.name)!
      const alpha = old.map((value, i) => (open.includes(group.members[i]!.name) ? value : 0))
      model.setAlpha(group.name, tf.tensor1d(alpha))
      return [group.name, open]
    }),
  )
}

describe.each(table)('%s', (_name, instance) => {
  const data = dataOf(instance, 4)
  const tried = trial(instance, data, {
    schedule: onePhase([]),
    search: { batch: 4, gates: { noise: 0.5 } },
  })
  const rows = data.splits.train
  const predicted = (model: SupernetModel) => predictRows(modelNetwork(model), data, rows)

  it.each([1, 2])(
    'prunes in any order to a legal architecture, which derives as it is (%i)',
    async (seed) => {
      await withoutLeaks(() => {
        const model = trainedModel(tried)
        removeAtRandom(
          () => model.supernet,
          (group, kept) => model.prune(group, kept),
          randomSource(seed).stream('prune'),
          () => expect(predicted(model).every(Number.isFinite)).toBe(true),
        )
        const { graph, values } = deriveNetwork(model, { gates: 'keep', affine: false })
        const derived = withNetwork(graph, values, (network) => predictRows(network, data, rows))
        expect(relativeError(derived, predicted(model))).toBeLessThan(1e-5)
        expect([...model.weights.values().keys()]).toEqual(model.weights.specs.map(({ name }) => name))
        expect([...model.alphaValues().keys()].sort()).toEqual(
          model.supernet.groups.map((g) => g.name).sort(),
        )
        model.dispose()
      })
    },
  )

  it('goes on training between removals', async () => {
    await withoutLeaks(() => {
      const model = trainedModel(tried)
      const stepper = supernetStepper(model, data, contextOf(tried).context)
      const batch = batching(data, rows, tried.config.search, tried.random, 'search').at(0)
      const step = () => stepper.step(0, batch, tried.schedule.phases[0]!)
      step()
      removeAtRandom(
        () => model.supernet,
        (group, kept) => stepper.prune(group, kept),
        randomSource(5).stream('prune'),
        (removals) => {
          if (removals % 4 === 0) step()
        },
      )
      const before = [...model.weights.values().values()]
      step()
      const after = [...model.weights.values().values()]
      expect(after.every((values) => values.every(Number.isFinite))).toBe(true)
      expect(after[0]).not.toEqual(before[0])
      stepper.dispose()
      model.dispose()
    })
  })

  it.each([3, 4])('does not change when it loses what is closed (%i)', async (seed) => {
    await withoutLeaks(() => {
      const model = trainedModel(tried)
      const left = closeAtRandom(model, randomSource(seed).stream('close'))
      const before = predicted(model)
      let removed = 0
      for (const [name, open] of left) {
        const group = model.supernet.groups.find((g) => g.name === name)
        if (!group || !canPrune(model.supernet, name, open)) continue
        removed += group.members.length - open.length
        model.prune(name, open)
      }
      expect(removed).toBeGreaterThan(0)
      expect(Math.hypot(...before)).toBeGreaterThan(1e-3)
      expect(relativeError(predicted(model), before)).toBeLessThan(1e-5)
      model.dispose()
    })
  })
})
