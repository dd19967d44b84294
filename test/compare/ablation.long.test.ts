import { expect, test } from 'vitest'
import { compare } from '../../src/compare/compare.js'
import { pressed, tiny } from './helper.js'

test('a comparison runs the ablations as further methods beside the whole schedule', async () => {
  const methods = { pressed: { schedule: pressed }, none: 'none' }
  const { rows, summary } = await compare({
    comparison: tiny({ methods, seeds: [1], ablate: 'pressed' }),
    workers: 1,
  })
  expect(rows.map(({ failed }) => failed)).toEqual(rows.map(() => null))
  expect(summary.sets[0]!.methods.map(({ method }) => method)).toEqual(['pressed', 'none'])
  const ablation = summary.ablation!.sets[0]!.methods
  expect(ablation.map(({ method }) => method).sort()).toEqual(
    [
      'pressed',
      'pressed − term l1/gates',
      'pressed − term l2/weights',
      'pressed − phase warm',
      'pressed − phase press',
      'pressed − λ over t',
      'pressed − λ over k',
      'pressed − λ over t and k',
    ].sort(),
  )
  // λ is constant in its only phase, and equal for all layers: the means change nothing, bit for bit.
  const of = (name: string) => rows.find(({ method }) => method === name)!.figures
  expect(of('pressed − λ over t')).toEqual(of('pressed'))
  expect(of('pressed − λ over t and k')).toEqual(of('pressed'))
  expect(of('pressed − term l1/gates')!.parameters).toBeGreaterThan(of('pressed')!.parameters)
})

test('λ that a planner finds is that of the whole trial, also when that is over', async () => {
  const methods = { found: { schedule: 'planned-controller', budget: { share: 0.6 } } }
  const comparison = tiny({ methods, seeds: [1], ablate: 'found' })
  const { rows } = await compare({ comparison, workers: 1 })
  const kept = rows.filter(({ method }) => method === 'found')
  const ran: string[] = []
  const again = await compare({
    comparison,
    workers: 1,
    store: { done: () => kept, save: ({ method }) => void ran.push(method) },
  })
  expect(ran).toHaveLength(rows.length - 1)
  expect(again.rows.map(({ figures }) => figures)).toEqual(rows.map(({ figures }) => figures))
})
