import { Type } from '@sinclair/typebox'
import { object, oneOf } from './schema-parts.js'

const positive = { exclusiveMinimum: 0 }

/**
 * What chance excuses at most where a tolerance is less, as a share of the unpruned supernet's error: ten rows have a
 * standard error of half their errors, and would let everything pass.
 */
export const mostChance = 0.05

/** How much an architecture may cost, in the metric's unit or as a share of the whole supernet; how much worse it may be. */
const amounts = {
  value: Type.Optional(
    Type.Number({
      ...positive,
      description: 'the most that the architecture may cost, in the metric’s unit',
    }),
  ),
  share: Type.Optional(
    Type.Number({
      ...positive,
      exclusiveMaximum: 1,
      description: 'the same as a share of what the whole supernet costs',
    }),
  ),
  menu: Type.Optional(
    Type.Array(Type.Number(positive), {
      minItems: 1,
      uniqueItems: true,
      description: 'larger budgets, given as the budget is, whose architectures are kept on the way down',
    }),
  ),
  tolerance: Type.Optional(
    Type.Number({
      minimum: 0,
      exclusiveMaximum: 1,
      description:
        'the smallest architecture is wanted whose validation error, retrained, is so much above the unpruned supernet’s at most',
    }),
  ),
}

const metric = oneOf(['parameters', 'flops', 'depth', 'latency'])

/** What the projection keeps costs at most so much; what is retrained in the end is as good as that. */
export const BudgetSchema = object({ metric, ...amounts })

/** The same in a configuration, where it overrides the schedule's own. */
export const ConfigBudget = object({ metric: Type.Optional(metric), ...amounts })
