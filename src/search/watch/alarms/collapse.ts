import { dominantOf, edgesByLayer, outOf } from './dominant.js'
import type { Alarm } from './types.js'

/** With fewer edges than this, a layer is not judged by itself. */
const leastEdges = 3

/**
 * Raised if operations that learn nothing (skip, pooling, none) lead on more than `limit` of a layer's edges,
 * which is how differentiable searches fail (described in DARTS+, arXiv:1909.06035).
 */
export const collapse: Alarm = {
  name: 'collapse',
  raised(observed, { limit }) {
    const { weights } = observed
    return [...edgesByLayer(observed, leastEdges)].flatMap(([layer, edges]) => {
      const leading = edges.flatMap((edge) => dominantOf(edge, weights) ?? [])
      const free = leading.filter(({ parameterFree, empty }) => parameterFree === true || empty === true)
      if (free.length <= limit * edges.length) return []
      const names = [...new Set(free.map(({ name }) => name))].join(', ')
      return [
        {
          layer,
          message: `${names} ${names.includes(',') ? 'lead' : 'leads'} on ${outOf(free.length, edges.length)} edges`,
        },
      ]
    })
  },
}
