import { Type } from '@sinclair/typebox'
import { plainNotation } from '../src/supernet/notation.js'
import { genotypeNotation } from '../src/supernet/notations/genotype.js'
import { searchSpace } from '../src/supernet/space.js'
import type { Shape } from '../src/nn/graph.js'
import { cellStack } from '../src/supernet/cell-stack.js'
import { operations } from '../src/supernet/operations/index.js'

export interface DartsCellOptions {
  cells: number
  channels: number
  nodes: number
  inputs: number
  operations: string[]
  reductions: number[]
  halvings?: number
  alpha: 'per-cell' | 'shared'
}

/**
 * Small cells in the manner of DARTS (arXiv:1806.09055): each cell reads the two before it, each of its
 * nodes sums `inputs` edges, each edge carries one operation, the nodes are concatenated.
 */
export const dartsCell = searchSpace<DartsCellOptions>({
  name: 'darts-cell',
  description:
    'small image cells: which two inputs for each node, which operation for each edge (after DARTS)',
  ranks: [3],
  options: Type.Object(
    {
      cells: Type.Integer({ minimum: 1, default: 2 }),
      channels: Type.Integer({ minimum: 1, default: 16 }),
      nodes: Type.Integer({ minimum: 1, default: 2 }),
      inputs: Type.Integer({ minimum: 1, default: 2, description: 'edges that a node keeps' }),
      operations: Type.Array(Type.String({ enum: operations.map((o) => o.name) }), {
        minItems: 1,
        uniqueItems: true,
        default: ['skip', 'avg-pool-3x3', 'conv-1x1', 'sep-conv-3x3', 'dil-conv-3x3'],
      }),
      reductions: Type.Array(Type.Integer({ minimum: 0 }), {
        default: [1],
        description: 'cells that halve the image and double the channels',
      }),
      halvings: Type.Optional(
        Type.Integer({
          minimum: 0,
          maximum: 10,
          description:
            'how often the stem halves the image; as often as leaves no side above 32, where it is not given',
        }),
      ),
      alpha: Type.Unsafe<DartsCellOptions['alpha']>({
        type: 'string',
        enum: ['per-cell', 'shared'],
        default: 'per-cell',
        description: 'gates of each cell’s own, or shared by all cells of a kind',
      }),
    },
    { additionalProperties: false },
  ),
  notation: ({ alpha, nodes, inputs, operations: [only, ...more] }) =>
    alpha === 'shared'
      ? genotypeNotation({ nodes, inputs, fixed: () => (more.length > 0 ? undefined : only) })
      : plainNotation,
  build({ options, input, outputs }) {
    const { halvings = usualHalvings(input) } = options
    return cellStack({ space: 'darts-cell', options: { ...options, halvings }, outputs }, input, {
      halvings,
      cells: options.cells,
      channels: options.channels,
      stem: options.channels,
      nodes: options.nodes,
      keep: options.inputs,
      reductions: options.reductions,
      alpha: options.alpha,
      auxiliary: false,
      affine: true,
      operations: () => options.operations,
    })
  },
})

/** A search on two cores has time for images of about 32×32. */
const usualHalvings = ([height, width]: Shape): number =>
  Math.max(0, Math.ceil(Math.log2(Math.max(height!, width!) / 32)))
