import { inputsFirst } from '../../../supernet/prune.js'
import { keepable } from '../../../supernet/types.js'
import type { Rule } from './types.js'

/** Keeps the largest gates of each group. Of units, all of which may stay, it keeps those that are not 0. */
export const magnitude: Rule = {
  name: 'magnitude',
  description: 'the largest gates of each group, as many as may stay',
  measures: false,
  by: 'projection',
  order: inputsFirst,
  rank(group, { weights }) {
    const worth = weights[group.name]!
    if (group.kind !== 'units') return { worth }
    return { worth, most: keepable(group).filter(({ name }) => worth[name]! > 0).length }
  },
}
