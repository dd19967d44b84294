import { expectedCost } from './expected-cost.js'
import type { Term } from './types.js'

/**
 * R = the expected time of the layer's members for one example, in units of the average member's: a sum of
 * measured times, as in ProxylessNAS (arXiv:1812.00332, §3.3.1). The table is `config.objective.latency`.
 */
export const latency: Term = {
  name: 'latency',
  description: 'expected time by a measured table: pushes towards faster members; unit: an average member’s',
  gates: {
    value: (layer) => {
      const unit = layer.costUnit('latency')
      return expectedCost(layer, (group, member) => layer.latency(group, member) / unit)
    },
    selects: 'members',
    needs: 'latency',
  },
}
