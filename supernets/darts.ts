import { Type } from '@sinclair/typebox'
import { operations } from '../src/nn/operations/index.js'
import { supernetBuilder } from '../src/supernet/builder.js'
import { cell } from '../src/supernet/cell.js'
import { searchSpace } from '../src/supernet/space.js'

interface Options {
  cells: number
  channels: number
  nodes: number
  inputs: number
  operations: string[]
}

/** The stem has three times the cells' channels. */
const stemMultiplier = 3

/**
 * The search network of DARTS for images (Liu, Simonyan & Yang, arXiv:1806.09055, §3.1.1): eight candidate
 * operations an edge, 14 edges a cell, reduction cells at one and two thirds of the depth. α is per cell,
 * where the paper shares it between cells of a type.
 */
export const darts = searchSpace<Options>({
  name: 'darts',
  description:
    'image cells of DARTS, normal and reduction: which two inputs a node, which of eight operations an edge',
  ranks: [3],
  options: Type.Object(
    {
      cells: Type.Integer({ minimum: 1, default: 8 }),
      channels: Type.Integer({ minimum: 1, default: 16 }),
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
    { additionalProperties: false },
  ),
  build({ options, input, outputs }) {
    const s = supernetBuilder(input, 'stem')
    const stem = s.root.within('stem')
    const width = options.channels * stemMultiplier
    let previous = stem.batchNorm(stem.conv(s.root.input, { channels: width, kernel: 3 }))
    let beforeThat = previous
    let channels = options.channels
    const reductions = [Math.floor(options.cells / 3), Math.floor((2 * options.cells) / 3)]
    for (let index = 0; index < options.cells; index++) {
      // Fewer than three cells have no thirds: a lone cell, or a first one, does not reduce.
      const reduction = index > 0 && reductions.includes(index)
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
    return s.finish({ space: 'darts', options: { ...options }, outputs })
  },
})
