import { expect, test } from 'vitest'
import { resolveConfig } from '../../src/config/load-config.js'
import { planRun } from '../../src/runs/plan-run.js'
import { tinyCells } from './helper.js'

/** Progressive shrinking: a shallow search leaves two operations of each choice to a deeper one, which decides. */
const shrinking = {
  ...tinyCells,
  supernet: { ...tinyCells.supernet, options: { ...tinyCells.supernet.options, cells: 2 } },
  stages: [
    {
      supernet: { options: { cells: 1 } },
      search: { epochs: 1, batch: 128, evaluateEvery: 2 },
      carry: { keep: 2 },
    },
  ],
}
const config = resolveConfig(shrinking)

test('a plan counts the searches before the last', async () => {
  const [{ minutes, memory }, alone] = [
    await planRun(config, '.'),
    await planRun(resolveConfig({ ...shrinking, stages: [] }), '.'),
  ]
  expect(minutes.earlier).toHaveLength(1)
  expect(minutes.earlier[0]!.typical).toBeGreaterThan(0)
  expect(minutes.total.typical).toBeGreaterThan(minutes.search.typical + minutes.earlier[0]!.typical)
  expect(alone.minutes.earlier).toEqual([])
  expect(memory.map(({ stage, earlier, rows }) => [stage, earlier, rows])).toEqual([
    ['search', 0, 64],
    ['search', undefined, 128],
    ...alone.memory.slice(1).map(({ stage, rows }) => [stage, undefined, rows]),
  ])
  // A cell where the last search has two.
  expect(memory[0]!.parts).toBeLessThan(memory[1]!.parts)
})
