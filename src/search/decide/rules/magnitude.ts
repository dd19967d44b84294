import { inputsFirst } from '../../../supernet/prune.js'
import { keepable } from '../../../supernet/types.js'
import type { Rule } from './types.js'

/** The largest gates of each group; of units all that are not 0, for all of them may stay. */
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
