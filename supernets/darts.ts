import { Type } from '@sinclair/typebox'
import { operations } from '../src/supernet/operations/index.js'
import { dartsSpace } from '../src/supernet/darts.js'

/** The search space of DARTS (Liu, Simonyan & Yang, arXiv:1806.09055): eight candidate operations an edge. */
export const darts = dartsSpace({
  name: 'darts',
  description:
    'image cells of DARTS, normal and reduction: which two inputs a node, which of eight operations an edge',
  options: {
    nodes: Type.Integer({ minimum: 1, default: 4 }),
    inputs: Type.Integer({ minimum: 1, default: 2, description: 'edges that a node keeps' }),
    operations: Type.Array(Type.String({ enum: operations.map((o) => o.name) }), {
      minItems: 1,
      uniqueItems: true,
      default: [
        'none',
        'max-pool-3x3',
        'avg-pool-3x3',
        'skip',
        'sep-conv-3x3',
        'sep-conv-5x5',
        'dil-conv-3x3',
        'dil-conv-5x5',
      ],
    }),
  },
  operations: (options) => options.operations!,
})
