import * as tf from '@tensorflow/tfjs-core'
import { describe, expect, it } from 'vitest'
import type { LoggedRemoval } from '../../../src/schedule/types.js'
import { originOf } from '../../../src/search/initial.js'
import { searchArchitecture } from '../../../src/search/search.js'
import {
  contextOf,
  eventsOf,
  modelOf,
  onePhase,
  spaceNet,
  trialOf,
  vectorData,
} from '../../helpers/trials.js'

/** Blocks that are most of their network, whose gates are 0: they go at once. */
async function withoutBlocks(budget: object, blocks = 1, replayed?: readonly LoggedRemoval[]) {
  const options = { blocks, width: 4, hidden: 64, activations: ['relu'] }
  const trial = trialOf(vectorData({ train: 32, validation: 16 }), spaceNet('mlp-cell', options, [5], 1), {
    schedule: onePhase([], { prune: { from: 0.2, until: 0.8 }, budget: { metric: 'parameters', ...budget } }),
    search: { epochs: 8, batch: 8, inspectEvery: 2, gates: { travel: 1, noise: 0 } },
  })
  const model = modelOf(trial)
  for (let i = 0; i < blocks; i++) model.setAlpha(`block${i}/paths`, tf.tensor1d([1, 0]))
  const { initial } = originOf(model, trial.data)
  const schedule = {
    ...trial.schedule,
    phases: trial.schedule.phases.map((phase) => ({ ...phase, gates: 'hold' as const })),
    ...(replayed && { replay: { initial, removals: replayed } }),
  }
  const { context, events } = contextOf({ ...trial, schedule })
  const { menu } = await searchArchitecture(model, trial.data, context)
  model.dispose()
  return { menu, removals: eventsOf(events, 'removal'), events }
}

describe('sizes that a removal jumps over', () => {
  it('are kept of what was there before it, cut back to each', async () => {
    const { menu, removals } = await withoutBlocks({ tolerance: 0.01 })
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

  it('are kept of two that go at one look, each in its place of the log', async () => {
    const { menu, removals, events } = await withoutBlocks({ tolerance: 0.01 }, 2)
    expect(removals.map(({ group }) => group)).toEqual(['block0/paths', 'block1/paths'])
    const blocks = menu.map(({ architecture }) =>
      architecture.groups.flatMap(({ name, kept }) =>
        name.endsWith('paths') ? [kept.some(({ member }) => member === 'dense')] : [],
      ),
    )
    // Both, the one that goes later, none.
    expect(blocks[0]).toEqual([true, true])
    expect(blocks.some(([a, b]) => !a && b)).toBe(true)
    expect(blocks.at(-1)).toEqual([false, false])
    const sizes = menu.map(({ figures }) => figures.size)
    expect(sizes.slice(0, 5)).toEqual([0.8, 0.62, 0.49, 0.38, 0.3])
    const order = events.flatMap((event) => {
      if (event.type === 'menu') return [blocks[sizes.indexOf(event.size)]![0] ? 'with block0' : 'without']
      return event.type === 'removal' ? [event.group] : []
    })
    // Sizes without the first block stand behind its removal.
    expect(order.indexOf('without')).toBeGreaterThan(order.indexOf('block0/paths'))
    expect(order.lastIndexOf('with block0')).toBeLessThan(order.indexOf('block0/paths'))
  })

  it('are the same in a replay', async () => {
    const first = await withoutBlocks({ tolerance: 0.01 }, 2)
    const again = await withoutBlocks({ tolerance: 0.01 }, 2, first.removals)
    expect(again.menu).toEqual(first.menu)
  })

  it('are none without a tolerance', async () => {
    const { menu } = await withoutBlocks({ share: 0.2 })
    expect(menu).toEqual([])
  })
})
