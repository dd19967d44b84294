import { expectedCost } from './expected-cost.js'
import type { Term } from './types.js'

/** R = the expected multiply-adds of the layer's members for one example, in millions (`expectedCost`). */
export const flops: Term = {
  name: 'flops',
  description: 'expected multiply-adds: pushes towards members with fewer; unit: millions for one example',
  gates: {
    value: (layer) => expectedCost(layer, ({ name }, member) => layer.costs().of(name, member).flops / 1e6),
    selects: 'members',
    refused: {},
  },
}
