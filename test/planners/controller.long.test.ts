import { describe, expect, it } from 'vitest'
import { taskCost } from '../../src/supernet/cost.js'
import { imageData, searched, tinyCells, trialOf } from '../helpers/trials.js'
import '../setup/shared.js'

/** One phase in which nothing presses but the controller, then one in which what is left trains. */
const unpressed = (share: number, metric = 'parameters') => ({
  planner: 'controller',
  base: {
    name: 'unpressed',
    phases: [
      { name: 'move', until: 0.8 },
      { name: 'rest', until: 1, gates: 'hold' },
    ],
    prune: { from: 0.1, until: 0.8 },
  },
  budget: { metric, share },
})

describe('the controller', () => {
  it.each(['parameters', 'flops'] as const)('leads choices to operations of fewer %s', async (metric) => {
    const supernet = tinyCells({ operations: ['skip', 'conv-1x1', 'sep-conv-3x3', 'sep-conv-5x5'] })
    const cost = async (schedule: object) => {
      const made = trialOf(imageData({ train: 48, validation: 12 }), supernet, {
        schedule,
        search: { epochs: 20, batch: 8, inspectEvery: 4 },
      })
      const { model } = await searched(made)
      const found = taskCost(model.supernet)[metric]
      model.dispose()
      return found / taskCost(supernet)[metric]
    }
    const terms = [{ term: 'l1', part: 'gates', lambda: 0.05 }]
    const { base, ...rest } = unpressed(0.5, metric)
    const pressed = { ...base, phases: [{ ...base.phases[0]!, terms }, base.phases[1]!] }
    const plain = await cost(pressed)
    const controlled = await cost({ ...rest, base: pressed, budget: { metric, share: 0.7 * plain } })
    expect(controlled).toBeLessThan(0.8 * plain)
  })
})
