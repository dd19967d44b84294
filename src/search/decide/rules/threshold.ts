import { inputsFirst } from '../../../supernet/prune.js'
import { keepable } from '../../../supernet/types.js'
import type { Rule } from './types.js'

/** Keeps all members with at least a given share of their group's mean weight, within what is legal. */
export const threshold: Rule = {
  name: 'threshold',
  description: 'all with at least a share of their group’s mean weight',
  measures: false,
  by: 'projection',
  order: inputsFirst,
  rank(group, { weights, threshold: share }) {
    const worth = weights[group.name]!
    const mean = group.members.reduce((sum, { name }) => sum + worth[name]!, 0) / group.members.length
    return { worth, most: keepable(group).filter(({ name }) => worth[name]! >= share * mean).length }
  },
}
