import type { LayerGates } from '../../objective/terms/types.js'
import { costTree } from '../../supernet/member-cost.js'
import type { SupernetModel } from '../../supernet/model.js'
import type { Latency } from '../../supernet/types.js'
import { averageMember } from './member-costs.js'

/** A layer's gates as terms see them. Call its functions inside a tidy. */
export function layerGates(model: SupernetModel, layer: string, latency: Latency | undefined): LayerGates {
  const { supernet, origin } = model
  return {
    supernet,
    groups: supernet.groups.filter((group) => group.layer === layer),
    mixture: (group) => model.mixture(group),
    alpha: (group) => model.alpha(group),
    costs: () => costTree(supernet),
    costUnit: (metric) => averageMember(origin, metric, latency),
    latency(group, member) {
      if (!latency) throw new Error('a term asks for latencies, but no table was given')
      return latency(group, member)
    },
  }
}
