import { expectedCost } from './expected-cost.js'
import type { Term } from './types.js'

/** R = the expected number of weights of the layer's members, in thousands (`expectedCost`). */
export const parameters: Term = {
  name: 'parameters',
  description: 'expected weights: pushes towards members with fewer; unit: thousands of weights',
  gates: {
    value: (layer) =>
      expectedCost(layer, ({ name }, member) => layer.costs().of(name, member).parameters / 1000),
    selects: 'members',
    refused: {},
  },
}
