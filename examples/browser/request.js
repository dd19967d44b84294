import { fromArrays } from 'sentei/browser'
import { dartsCell, mlpCell } from 'sentei/spaces'

/** The spaces that the page offers, the shape of a digit that each takes, and how small the network is to be. */
export const spaces = {
  'darts-cell': {
    shape: [8, 8, 1],
    space: dartsCell({
      cells: 2,
      channels: 8,
      nodes: 2,
      operations: ['skip', 'avg-pool-3x3', 'conv-1x1', 'sep-conv-3x3', 'dil-conv-3x3'],
    }),
  },
  'mlp-cell': { shape: [64], space: mlpCell({ blocks: 2, width: 32 }), budget: { share: 0.4 } },
}

/** What the page asks `search` for. Asked for in Node, it gives the same bytes. */
export function requestOf({ space: name, seed, epochs }, { values, labels }) {
  const { space, shape, budget } = spaces[name]
  return {
    name: 'digits',
    space,
    seed,
    data: fromArrays({ values, shape: [labels.length, ...shape] }, labels, { name: 'digits' }),
    ...(budget && { budget }),
    search: { epochs },
    retrain: { epochs: 2 * epochs },
  }
}
