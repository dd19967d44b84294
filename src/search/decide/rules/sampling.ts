import { inputsFirst } from '../../../supernet/prune.js'
import type { Rule } from './types.js'

/**
 * Draws members by their weights, one after another without replacement: those with the largest w / E, where
 * E is exponential noise (Efraimidis & Spirakis 2006, doi:10.1016/j.ipl.2005.11.003). What the gates leave
 * undecided comes out differently with another seed.
 */
export const sampling: Rule = {
  name: 'sampling',
  description: 'members drawn by their gates, as many as may stay; another seed draws others',
  measures: false,
  by: 'projection',
  order: inputsFirst,
  rank(group, { weights, draw }) {
    const stream = draw(group.name)
    const worth = group.members.map(({ name }): [string, number] => [
      name,
      weights[group.name]![name]! / -Math.log(1 - stream.uniform() + 1e-12),
    ])
    return { worth: Object.fromEntries(worth) }
  },
}
