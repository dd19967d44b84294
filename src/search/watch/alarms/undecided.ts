import { shareOfEntropy } from '../../../supernet/structure.js'
import type { Alarm, Watched } from './types.js'

/**
 * Raised if a layer's mean entropy is above `limit` of the largest that it could begin with, after a share
 * `after` of the time until the projection: there the projection would decide, not the search. A group that
 * is decided has no entropy.
 */
export const undecided: Alarm = {
  name: 'undecided',
  raised(observed, { limit, after }) {
    const { step, schedule } = observed
    const { until } = schedule.prune
    if (step < after * until || step >= until) return []
    return [...entropies(observed)].flatMap(([layer, shares]) => {
      const mean = shares.reduce((sum, share) => sum + share, 0) / shares.length
      if (mean <= limit) return []
      const percent = Math.round(100 * mean)
      return [
        {
          layer,
          message: `its gates are at ${percent} % of their largest entropy, shortly before the projection`,
        },
      ]
    })
  },
}

/**
 * Entropies by layer of the groups that must decide, each as a share of log M, where M is the number of
 * members at the beginning.
 */
function entropies({ origin, groups, weights }: Watched): Map<string, number[]> {
  const byLayer = new Map<string, number[]>()
  const left = new Map(groups.map((group) => [group.name, group.members.length]))
  for (const { name, layer, members, keep } of origin) {
    const count = left.get(name)
    if (count === undefined || members.length <= keep.max) continue
    const share =
      count > 1 ? (shareOfEntropy(weights[name]!) * Math.log(count)) / Math.log(members.length) : 0
    byLayer.set(layer, [...(byLayer.get(layer) ?? []), share])
  }
  return byLayer
}
