import { entropyByLayer } from '../structure.js'
import type { Alarm } from './types.js'

/**
 * A layer's mean entropy is above `limit` of its largest value when `after` of the time to the projection is over: what
 * the projection decides there the search has not.
 */
export const undecided: Alarm = {
  name: 'undecided',
  raised({ step, schedule, groups, weights }, { limit, after }) {
    const { until } = schedule.prune
    if (step < after * until || step >= until) return []
    const open = groups.filter(({ members, keep }) => members.length > keep.max)
    return Object.entries(entropyByLayer(open, weights)).flatMap(([layer, entropy]) =>
      entropy <= limit
        ? []
        : [
            {
              layer,
              message: `its gates are at ${Math.round(100 * entropy)} % of their largest entropy, shortly before the projection`,
            },
          ],
    )
  },
}
