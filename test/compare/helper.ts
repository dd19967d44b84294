import { ScheduleSchema } from '../../src/config/schedule-schema.js'
import { validate } from '../../src/config/validator.js'

/** A comparison whose trials take tenths of a second, with some of its keys changed. */
export const tiny = (changes: object = {}): object => ({
  base: {
    supernet: { space: 'mlp-cell', options: { blocks: 1, width: 6, hidden: 6 } },
    search: { steps: 12, batch: 32 },
    retrain: { steps: 10, batch: 32 },
  },
  sets: { concrete: { data: { source: 'concrete' } } },
  sizes: [120],
  methods: { none: 'none', pressed: pressedMethod, unpruned: { rival: 'unpruned' } },
  rivals: 'none',
  seeds: [1, 2],
  ...changes,
})

/** A search that removes units in its few steps. */
const pressedMethod = {
  schedule: {
    name: 'pressed',
    phases: [{ name: 'all', until: 1, terms: [{ term: 'l1', part: 'gates', lambda: 3 }] }],
    budget: { metric: 'parameters', share: 0.5 },
  },
}

/** A schedule of a phase with held gates, one that does nothing, and one with two terms. */
export const pressed = validate(
  ScheduleSchema,
  {
    name: 'pressed',
    phases: [
      { name: 'warm', until: 0.25, gates: 'hold' },
      { name: 'plain', until: 0.5 },
      {
        name: 'press',
        until: 1,
        terms: [
          { term: 'l1', part: 'gates', lambda: 3 },
          { term: 'l2', part: 'weights', lambda: 0.1 },
        ],
      },
    ],
  },
  'schedule',
)
