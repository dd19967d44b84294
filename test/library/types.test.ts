import { expect, test } from 'vitest'
import { fromArrays, type SearchRequest } from '../../src/index.js'

const data = fromArrays([[1], [2]], [1, 2])
const phase = { name: 'all', until: 1, terms: [{ term: 'l1', part: 'gates', lambda: 1 }] } as const

/** Checked by the compiler: what is no key, or no value of one, is an error before anything runs. */
test('a request is typed to its last key', () => {
  const right: SearchRequest[] = [
    { space: 'mlp-cell', data, schedule: 'none', stages: [{ carry: { keep: 2 }, search: { steps: 3 } }] },
    { space: 'mlp-cell', data, schedule: { name: 'own', phases: [phase] } },
    { space: 'mlp-cell', data, schedule: { planner: 'genetic', base: 'none', population: 4 } },
    { space: 'mlp-cell', data, budget: { share: 0.5 }, criteria: [{ metric: 'accuracy', atLeast: 0.9 }] },
  ]
  const wrong: SearchRequest[] = [
    // @ts-expect-error a phase's end is a share or an object
    { space: 'mlp-cell', data, schedule: { name: 'own', phases: [{ ...phase, until: 'end' }] } },
    // @ts-expect-error there is no such key
    { space: 'mlp-cell', data, search: { epoch: 3 } },
    // @ts-expect-error there is no such metric
    { space: 'mlp-cell', data, criteria: [{ metric: 'acuracy', atLeast: 0.9 }] },
    // @ts-expect-error a number is wanted
    { space: 'mlp-cell', data, stages: [{ carry: { keep: 'two' } }] },
  ]
  expect([right.length, wrong.length]).toEqual([4, 4])
})
