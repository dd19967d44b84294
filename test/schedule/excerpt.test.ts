import { expect, it } from 'vitest'
import { excerpt } from '../../src/schedule/excerpt.js'
import { phaseAt, rowAt } from '../../src/schedule/table.js'
import { compile } from './context.js'

const l1 = { term: 'l1', part: 'gates' }
const whole = compile(
  {
    phases: [
      { name: 'warm-up', until: 0.2, gates: 'hold' },
      { name: 'press', until: 0.6, terms: [{ ...l1, lambda: { curve: 'linear', from: 0, to: 1 } }] },
      { name: 'rest', until: 1, gates: 'hold', terms: [{ ...l1, lambda: 0.5 }] },
    ],
    prune: { from: 0.3, until: 0.6 },
  },
  { steps: 1000 },
)

it('is the rest of a schedule in fewer iterations, at the same shares of the time', () => {
  const short = excerpt(whole, 200, 80)
  expect(short.steps).toBe(80)
  expect(short.phases.map(({ name, from, to }) => [name, from, to])).toEqual([
    ['press', 0, 40],
    ['rest', 40, 80],
  ])
  expect([short.prune.from, short.prune.until]).toEqual([10, 40])
  for (const t of [0, 13, 39, 40, 79]) {
    const then = 200 + 10 * t
    expect(phaseAt(short, t).name).toBe(phaseAt(whole, then).name)
    rowAt(short, t).columns.forEach((lambda, i) =>
      expect(lambda).toBeCloseTo(rowAt(whole, then).columns[i]!, 1),
    )
    expect(rowAt(short, t).task).toBe(1)
  }
})

it('decides in the first half, whatever time the schedule has for it', () => {
  const short = excerpt(whole, 0, 100)
  expect(short.phases.map(({ name, from, to }) => [name, from, to])).toEqual([
    ['warm-up', 0, 17],
    ['press', 17, 50],
    ['rest', 50, 100],
  ])
  expect([short.prune.from, short.prune.until]).toEqual([25, 50])
})

it('is the schedule itself in all its iterations where it prunes to the end', () => {
  const open = { ...whole, prune: { ...whole.prune, until: 1000 } }
  expect(excerpt(open, 0, 1000)).toEqual(open)
})
