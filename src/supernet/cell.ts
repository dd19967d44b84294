import type { GraphBuilder } from '../nn/builder.js'
import type { SupernetBuilder } from './builder.js'
import { reduceSize } from './operations/reduce-size.js'

export interface CellOptions {
  /** The name of the cell and of its layer. */
  readonly name: string
  /** The name and layer of the cell's gates: the cell's own name, or a name that cells share. */
  readonly gates: string
  /** The outputs of the two cells before it, older first. */
  readonly inputs: readonly [string, string]
  readonly channels: number
  /** Whether the cell halves the image. */
  readonly reduction: boolean
  /** Nodes between inputs and output. */
  readonly nodes: number
  /** Edges that each node keeps. */
  readonly keep: number
  /** Candidate operations of an edge, `from→to`. */
  readonly operations: (edge: string) => readonly string[]
  /** Whether the batch norms after its inputs have a trained scale and offset. */
  readonly affine: boolean
}

/**
 * A cell as in DARTS (arXiv:1806.09055, §2.1): each node sums edges from the two inputs and from the nodes
 * before it, each edge mixes the candidate operations, and the output concatenates the nodes, nodes ·
 * channels features.
 */
export function cell(s: SupernetBuilder, options: CellOptions): string {
  const { name, gates, inputs, channels, reduction, nodes, keep, operations, affine } = options
  const b = s.layer(name)
  const height = b.shapeOf(inputs[1])[0]!
  const states = inputs.map((x, i) => preprocess(b.within(`in${i}`), x, channels, height, affine))
  for (let n = 0; n < nodes; n++) {
    const to = states.length
    const edges = states.map((x, from) => {
      const edge = `${from}→${to}`
      const stride = reduction && from < 2 ? 2 : 1
      const candidates = { operations: operations(edge), channels, stride }
      return [
        edge,
        s.mixedOperation(b, x, { name: `${gates}/${edge}`, layer: gates, ...candidates }),
      ] as const
    })
    const node = { name: `${gates}/node${to}`, layer: gates, keep }
    states.push(s.node(b.within(`node${to}`), Object.fromEntries(edges), node))
  }
  return b.concat(states.slice(2))
}

/**
 * ReLU, 1×1 convolution, batch norm: brings an input to the cell's channels and to the size of the nearer
 * input.
 */
function preprocess(b: GraphBuilder, x: string, channels: number, height: number, affine: boolean): string {
  const stride = Math.round(b.shapeOf(x)[0]! / height)
  if (stride > 1) return reduceSize(b, x, { channels, stride, affine })
  return b.batchNorm(b.conv(b.activation(x, 'relu'), { channels, kernel: 1 }), { affine })
}
