import { edgeStrengths } from '../../../supernet/edge-strengths.js'
import { inputsFirst } from '../../../supernet/prune.js'
import type { Rule } from './types.js'

/**
 * The rule of DARTS (arXiv:1806.09055, §2.4): an input counts as much as the strongest operation of its edge,
 * `none` excluded.
 */
export const top2: Rule = {
  name: 'top-2',
  description:
    'each edge its strongest operation but none; each node the edges whose strongest operations are strongest',
  measures: false,
  by: 'projection',
  order: inputsFirst,
  rank: (group, { supernet, weights }) => ({ worth: edgeStrengths(supernet, group, weights) }),
}
