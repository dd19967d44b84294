import { expect, it } from 'vitest'
import { architectureCosts } from '../../src/supernet/architecture-cost.js'
import { costRange, smallest } from '../../src/supernet/cost-range.js'
import { taskCost } from '../../src/supernet/cost.js'
import type { GateGroup, Supernet } from '../../src/supernet/types.js'
import { withinBudget } from '../../src/supernet/within-budget.js'
import { spaceNet } from '../helpers/trials.js'
import { processorClock } from '../helpers/processor.js'

const cells = (count: number) => spaceNet('darts-cell', { cells: count, channels: 2 }, [8, 8, 1], 10)
const blocks = (count: number) => spaceNet('mlp-cell', { blocks: count }, [8], 1)

/** How often the time of a member is asked for until the least costly architecture is found. */
function effort(net: Supernet): number {
  let asked = 0
  costRange(net, 'latency', ({ kind }: GateGroup) => {
    asked++
    return kind === 'operations' ? 2 : 1
  })
  return asked
}

it.each([
  ['cells', cells],
  ['blocks', blocks],
])('the least cost of four times as many %s takes about four times the effort', (_, build) => {
  const ratio = effort(build(32)) / effort(build(8))
  expect(ratio).toBeGreaterThan(3)
  expect(ratio).toBeLessThan(6)
})

it.each([
  ['100 cells', cells(100)],
  ['100 blocks', blocks(100)],
])('the smallest network of %s is found in seconds', (_, net) => {
  const seconds = processorClock()
  const found = smallest(net)
  expect(seconds()).toBeLessThan(15)
  expect(taskCost(found).parameters).toBe(costRange(net, 'parameters').least)
})

it('a budget of 40 cells is met in seconds', () => {
  const net = cells(40)
  const costs = architectureCosts(net, 'parameters')
  const { whole, least } = costRange(net, 'parameters')
  const seconds = processorClock()
  const found = withinBudget(net, costs, {}, least + 0.05 * (whole - least))!
  expect(seconds()).toBeLessThan(30)
  expect(found.connected).toBe(true)
})
