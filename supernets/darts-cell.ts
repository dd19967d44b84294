import { Type } from '@sinclair/typebox'
import { searchSpace } from '../src/supernet/space.js'
import { supernetBuilder } from '../src/supernet/builder.js'
import { cell } from '../src/supernet/cell.js'
import { operations } from '../src/nn/operations/index.js'

interface Options {
  cells: number
  channels: number
  nodes: number
  inputs: number
  operations: string[]
  reductions: number[]
}

/**
 * Small cells in the manner of DARTS (arXiv:1806.09055): each cell reads the two before it, each of its
 * nodes sums `inputs` edges, each edge carries one operation, the nodes are concatenated. α is per cell.
 */
export const dartsCell = searchSpace<Options>({
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
    },
    { additionalProperties: false },
  ),
  build({ options, input, outputs }) {
    const s = supernetBuilder(input, 'stem')
    const stem = s.root.within('stem')
    let previous = stem.batchNorm(stem.conv(s.root.input, { channels: options.channels, kernel: 3 }))
    let beforeThat = previous
    let channels = options.channels
    for (let index = 0; index < options.cells; index++) {
      const reduction = options.reductions.includes(index)
      if (reduction) channels *= 2
      const output = cell(s, {
        name: `cell${index}`,
        inputs: [beforeThat, previous],
        channels,
        reduction,
        nodes: options.nodes,
        keep: options.inputs,
        operations: options.operations,
      })
      beforeThat = previous
      previous = output
    }
    const head = s.layer('classifier')
    head.output('task', head.dense(head.globalAvgPool(previous), outputs))
    return s.finish({ space: 'darts-cell', options: { ...options }, outputs })
  },
})
