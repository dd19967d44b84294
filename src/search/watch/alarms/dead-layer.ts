import { shareOfEntropy } from '../../../supernet/structure.js'
import type { GateGroup } from '../../../supernet/types.js'
import type { Alarm, Watched } from './types.js'

/**
 * Raised for a layer whose gates have nothing left to decide before anything may be removed, because their
 * entropy is below `limit` of its largest value; or whose gates get no gradient at all, as when activations
 * or gradients vanish.
 */
export const deadLayer: Alarm = {
  name: 'dead-layer',
  raised(observed, { limit }) {
    const byLayer = new Map<string, GateGroup[]>()
    for (const group of observed.groups)
      if (group.members.length > group.keep.min)
        byLayer.set(group.layer, [...(byLayer.get(group.layer) ?? []), group])
    return [...byLayer].flatMap(([layer, groups]) => {
      const undecided = groups.filter(({ name }) => shareOfEntropy(observed.weights[name]!) >= limit)
      if (silent(undecided, observed)) return [{ layer, message: 'no gradient reaches its gates' }]
      const early = observed.step < observed.schedule.prune.from
      return early && undecided.length === 0
        ? [{ layer, message: 'its gates are decided before pruning begins' }]
        : []
    })
  },
}

/** Whether gates of a layer moved without any gradient from the losses. */
function silent(groups: readonly GateGroup[], observed: Watched): boolean {
  const gradients = groups.flatMap(({ name }) => observed.lossGradient(name) ?? [])
  return gradients.length > 0 && gradients.every((gradient) => gradient.every((value) => value === 0))
}
