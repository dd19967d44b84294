import { Type } from '@sinclair/typebox'
import { object, oneOf } from './schema-parts.js'

const positive = { exclusiveMinimum: 0 }

/**
 * The largest difference that may be attributed to chance if the tolerance is smaller, as a share of the
 * unpruned supernet's error. Without this bound, ten rows, whose standard error is half the error, would
 * accept any architecture.
 */
export const mostChance = 0.05

/**
 * How many standard errors may be attributed to chance against the best size: by so much the best of six equal
 * sizes is expected to look better than it is, the mean of the largest of six normal numbers.
 */
export const luckOfBest = 1.27

/**
 * The most that an architecture may cost, in the metric's unit or as a share of the whole supernet, and how
 * much worse it may be.
 */
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
  against: Type.Optional(
    oneOf(['unpruned', 'best'], {
      description: 'what a tolerance is held against: the unpruned supernet, or the best size',
    }),
  ),
}

const metric = oneOf(['parameters', 'flops', 'depth', 'latency'])

/** A limit on the cost of what the projection keeps, and a tolerance for the error of what is retrained. */
export const BudgetSchema = object({ metric, ...amounts })

/** The budget of a configuration, which overrides the schedule's own. */
export const ConfigBudget = object({ metric: Type.Optional(metric), ...amounts })
