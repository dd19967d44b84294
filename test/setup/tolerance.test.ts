import { describe, expect, test } from 'vitest'
import { resolveConfig } from '../../src/config/load-config.js'
import { setupTrial } from '../../src/setup/setup-trial.js'
import { tinyMlp } from '../runs/helper.js'

describe('auto', () => {
  const budgetOf = async (more: object) => {
    const trial = await setupTrial(resolveConfig({ ...tinyMlp, schedule: 'auto', ...more }), '.')
    return trial.schedule.budget
  }

  test('has a tolerance of 1 % where all of something may stay, and no other budget is given', async () => {
    expect(await budgetOf({})).toMatchObject({ metric: 'parameters', tolerance: 0.01 })
    expect(await budgetOf({ budget: { share: 0.5 } })).not.toHaveProperty('tolerance')
    const preset = { schedule: 'strong-then-chosen', budget: { share: 0.5 } }
    expect(await budgetOf(preset)).not.toHaveProperty('tolerance')
    expect(await budgetOf({ retrain: { from: 'inherited' } })).toBeUndefined()
    expect(await budgetOf({ relaxation: 'softmax' })).toBeUndefined()
    expect(
      await budgetOf({
        data: { source: 'digits' },
        supernet: { space: 'nas-bench-201', options: { cells: 1 } },
      }),
    ).toBeUndefined()
  })

  test('combines with a limit, and both are kept in the run', async () => {
    const both = await budgetOf({ budget: { share: 0.5, tolerance: 0.02 } })
    expect(both).toMatchObject({ tolerance: 0.02, limit: 0.5 * both!.whole })
    expect(both!.menu![0]).toMatchObject({ size: 0.5, limit: both!.limit })
  })

  test.each([
    [
      { retrain: { from: 'inherited' } },
      'config.retrain.from: inherited weights are those of what the search',
    ],
    [
      { split: { train: 0.8, arch: 0, validation: 0, test: 0.2 } },
      'config.budget.tolerance: errors are compared',
    ],
    [
      { schedule: 'strong-then-chosen', budget: undefined, retrain: { from: 'inherited' } },
      'train from scratch, or set config.budget in place of that of the schedule, such as { share: 0.5 }',
    ],
    [{ budget: { tolerance: 0.01, menu: [0.5] } }, 'config.budget.menu: under a tolerance sizes are kept'],
    [{ budget: { value: 3 } }, 'config.budget.value: the least that a legal architecture costs is '],
    [{ budget: { tolerance: 1 } }, 'config.budget.tolerance: expected number ≥ 0 and < 1, got 1'],
  ])('a tolerance with %j is refused', async (more, message) => {
    const made = async () => budgetOf({ budget: { tolerance: 0.01 }, ...more })
    await expect(made()).rejects.toThrow(message)
  })
})
