import { expectedCost } from './expected-cost.js'
import type { Term } from './types.js'

/**
 * R = the expected multiply-adds of the layer's members for one example, in units of the average member's
 * (`expectedCost`).
 */
export const flops: Term = {
  name: 'flops',
  description: 'expected multiply-adds: pushes towards members with fewer; unit: an average member’s',
  gates: {
    value: (layer) => {
      const unit = layer.costUnit('flops')
      return expectedCost(layer, ({ name }, member) => layer.costs().of(name, member).flops / unit)
    },
    selects: 'members',
  },
}
