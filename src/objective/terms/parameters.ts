import { expectedCost } from './expected-cost.js'
import type { Term } from './types.js'

/**
 * R = the expected number of weights of the layer's members, in units of the average member's
 * (`expectedCost`).
 */
export const parameters: Term = {
  name: 'parameters',
  description: 'expected weights: pushes towards members with fewer; unit: an average member’s',
  gates: {
    value: (layer) => {
      const unit = layer.costUnit('parameters')
      return expectedCost(layer, ({ name }, member) => layer.costs().of(name, member).parameters / unit)
    },
    selects: 'members',
  },
}
