import type { Candidate, CriterionKind } from './types.js'

/** A cost of the derived network. */
export const costCriterion = (cost: (candidate: Candidate) => number): CriterionKind => ({
  onRows: false,
  measure: (candidate) => ({ value: cost(candidate) }),
  remedy: 'lower the budget, and search again',
})
