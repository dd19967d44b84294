import * as tf from '@tensorflow/tfjs-core'
import { beforeAll, describe, expect, it } from 'vitest'
import { useBackend } from '../../src/backend/index.js'
import { searchArchitecture } from '../../src/search/search.js'
import { contextOf, eventsOf, modelOf, onePhase, spaceNet, trialOf, vectorData } from '../helpers/trials.js'

beforeAll(() => useBackend('wasm'))

/** A block that is most of its network, whose gate is 0: it goes at once. */
async function withoutBlock(budget: object) {
  const options = { blocks: 1, width: 4, hidden: 64, activations: ['relu'] }
  const trial = trialOf(vectorData({ train: 32, validation: 16 }), spaceNet('mlp-cell', options, [5], 1), {
    schedule: onePhase([], { prune: { from: 0.2, until: 0.8 }, budget: { metric: 'parameters', ...budget } }),
    search: { epochs: 8, batch: 8, inspectEvery: 2, gates: { travel: 1, noise: 0 } },
  })
  const held = {
    ...trial,
    schedule: {
      ...trial.schedule,
      phases: trial.schedule.phases.map((phase) => ({ ...phase, gates: 'hold' as const })),
    },
  }
  const model = modelOf(held)
  model.setAlpha('block0/paths', tf.tensor1d([1, 0]))
  const { context, events } = contextOf(held)
  const { menu } = await searchArchitecture(model, held.data, context)
  model.dispose()
  return { menu, removals: eventsOf(events, 'removal') }
}

describe('sizes that a removal jumps over', () => {
  it('are kept of what was there before it, cut back to each', async () => {
    const { menu, removals } = await withoutBlock({ tolerance: 0.01 })
    expect(removals[0]).toMatchObject({ group: 'block0/paths', members: ['dense'], took: ['block0/units'] })
    const sizes = menu.map(({ figures }) => figures)
    expect(sizes.length).toBeGreaterThan(4)
    const units = menu.map(
      ({ architecture }) => architecture.groups.find(({ name }) => name === 'block0/units')?.kept.length ?? 0,
    )
    // Ever narrower, and in the end without the block.
    expect(units).toEqual([...units].sort((a, b) => b - a))
    expect(units.at(-1)).toBe(0)
    expect(units.slice(0, -1).every((count) => count > 0)).toBe(true)
    for (const { cost, limit, step } of sizes) {
      expect(cost).toBeLessThanOrEqual(limit)
      expect(step).toBe(removals[0]!.step)
    }
  })

  it('are none without a tolerance', async () => {
    const { menu } = await withoutBlock({ share: 0.2 })
    expect(menu).toEqual([])
  })
})
