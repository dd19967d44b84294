import { Type } from '@sinclair/typebox'
import type { GraphBuilder } from '../src/nn/builder.js'
import { searchSpace } from '../src/supernet/space.js'
import { supernetBuilder, type SupernetBuilder } from '../src/supernet/builder.js'
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
    for (let cell = 0; cell < options.cells; cell++) {
      const reduction = options.reductions.includes(cell)
      if (reduction) channels *= 2
      const output = buildCell(s, {
        name: `cell${cell}`,
        inputs: [beforeThat, previous],
        channels,
        reduction,
        options,
      })
      beforeThat = previous
      previous = output
    }
    const head = s.layer('classifier')
    head.output('task', head.dense(head.globalAvgPool(previous), outputs))
    return s.finish({ space: 'darts-cell', options: { ...options }, outputs })
  },
})

interface CellOptions {
  name: string
  inputs: [string, string]
  channels: number
  reduction: boolean
  options: Options
}

function buildCell(s: SupernetBuilder, { name, inputs, channels, reduction, options }: CellOptions): string {
  const b = s.layer(name)
  const height = b.shapeOf(inputs[1])[0]!
  const states = inputs.map((x, i) => preprocess(b.within(`in${i}`), x, channels, height))
  for (let n = 0; n < options.nodes; n++) {
    const to = states.length
    const edges = states.map((x, from) => {
      const edge = `${from}→${to}`
      const stride = reduction && from < 2 ? 2 : 1
      const y = s.mixedOperation(b, x, {
        name: `${name}/${edge}`,
        layer: name,
        operations: options.operations,
        channels,
        stride,
      })
      return [edge, y] as const
    })
    states.push(
      s.node(b.within(`node${to}`), Object.fromEntries(edges), {
        name: `${name}/node${to}`,
        layer: name,
        keep: options.inputs,
      }),
    )
  }
  return b.concat(states.slice(2))
}

/** ReLU, 1×1 convolution, batch norm: to the cell's channels, and to the size of its nearer input. */
function preprocess(b: GraphBuilder, x: string, channels: number, height: number): string {
  const stride = Math.round(b.shapeOf(x)[0]! / height)
  return b.batchNorm(b.conv(b.activation(x, 'relu'), { channels, kernel: 1, stride }))
}
