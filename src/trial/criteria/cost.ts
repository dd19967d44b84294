import type { JudgedModel, CriterionKind } from './types.js'

/** A cost of the derived network. */
export const costCriterion = (cost: (model: JudgedModel) => number): CriterionKind => ({
  onRows: false,
  measure: (model) => ({ value: cost(model) }),
  remedy: 'lower the budget, and search again',
})
