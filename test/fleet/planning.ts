import { tiny } from '../compare/helper.js'

/**
 * A comparison whose one method tries ten times: four schedules twice, and the best of them longer. It takes
 * tenths of a second a trial, and longer with more steps.
 */
export const planning = (
  changes: object = {},
  { steps = 40, search = {}, stages, ...options }: Options = {},
): object =>
  tiny({
    base: {
      supernet: { space: 'mlp-cell', options: { blocks: 1, width: 6, hidden: 6 } },
      search: { steps, batch: 32, ...search },
      retrain: { steps: 10, batch: 32 },
      ...(stages && { stages }),
    },
    methods: { planned: { schedule: { planner: 'genetic', base, ...small, ...options } } },
    ...changes,
  })

interface Options {
  readonly steps?: number
  /** Beside the number of steps. */
  readonly search?: object
  readonly stages?: readonly object[]
  /** The planner's. */
  readonly base?: object
}

const small = { population: 4, generations: 2, spend: 8 }
const base = {
  name: 'base',
  phases: [
    { name: 'warm-up', until: 0.25, gates: 'hold' },
    { name: 'press', until: 0.75, terms: [{ term: 'l1', part: 'gates', lambda: 3 }] },
    { name: 'rest', until: 1, gates: 'hold' },
  ],
  prune: { from: 0.25, until: 0.75 },
}
