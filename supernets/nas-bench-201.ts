import { Type } from '@sinclair/typebox'
import type { GraphBuilder } from '../src/nn/builder.js'
import type { Operation } from '../src/supernet/operations/types.js'
import { supernetBuilder, type SupernetBuilder } from '../src/supernet/builder.js'
import { plainNotation } from '../src/supernet/notation.js'
import { nasBench201Notation } from '../src/supernet/notations/nas-bench-201.js'
import { searchSpace } from '../src/supernet/space.js'

export interface NasBench201Options {
  channels: number
  cells: number
  alpha: 'per-cell' | 'shared'
  operations: string[]
}

/**
 * Average pooling as the benchmark has it, without a batch norm behind it. With one it has the variance of a convolution
 * and wins the place of a skip, which has the variance of what it carries.
 */
const plainAveragePool: Operation = {
  name: 'avg-pool-3x3',
  parameterFree: true,
  build: (b, x, { stride }) => b.avgPool(x, { kernel: 3, stride }),
}

const stages = 3
const nodes = 4

/**
 * NAS-Bench-201 (Dong & Yang, arXiv:2001.00326): three stages of one cell, six edges with one of five
 * operations each, residual blocks between the stages. An edge may keep nothing, as long as something
 * reaches the cell's output. α is shared by all cells, as published, or per cell.
 */
export const nasBench201 = searchSpace<NasBench201Options>({
  name: 'nas-bench-201',
  description:
    'image cells of NAS-Bench-201: which of five operations on each of six edges (arXiv:2001.00326)',
  ranks: [3],
  options: Type.Object(
    {
      channels: Type.Integer({ minimum: 1, default: 16 }),
      cells: Type.Integer({ minimum: 1, default: 5, description: 'cells of each of the three stages' }),
      alpha: Type.Unsafe<NasBench201Options['alpha']>({
        type: 'string',
        enum: ['per-cell', 'shared'],
        default: 'shared',
      }),
      operations: Type.Array(
        Type.Unsafe<string>({
          type: 'string',
          enum: ['none', 'skip', 'conv-1x1', 'conv-3x3', 'avg-pool-3x3'],
        }),
        {
          minItems: 1,
          uniqueItems: true,
          default: ['none', 'skip', 'conv-1x1', 'conv-3x3', 'avg-pool-3x3'],
        },
      ),
    },
    { additionalProperties: false },
  ),
  notation: ({ alpha }) => (alpha === 'shared' ? nasBench201Notation : plainNotation),
  build({ options, input, outputs }) {
    const s = supernetBuilder(input, 'stem')
    const stem = s.root.within('stem')
    let x = stem.batchNorm(stem.conv(s.root.input, { channels: options.channels, kernel: 3 }))
    for (let stage = 0, channels = options.channels; stage < stages; stage++, channels *= 2) {
      if (stage > 0) x = residualReduction(s.layer(`reduction${stage}`), x, channels)
      for (let n = 0; n < options.cells; n++) x = cell(s, x, `stage${stage}/cell${n}`, channels, options)
    }
    const head = s.layer('classifier')
    const last = head.activation(head.batchNorm(x), 'relu')
    head.output('task', head.dense(head.globalAvgPool(last), outputs))
    return s.finish({ space: 'nas-bench-201', options: { ...options }, outputs })
  },
})

/** Four nodes, each the sum of an edge from every node before it; the last is the output. */
function cell(
  s: SupernetBuilder,
  x: string,
  name: string,
  channels: number,
  { alpha, operations }: NasBench201Options,
): string {
  const gates = alpha === 'shared' ? 'cell' : name
  s.layer(gates)
  const b = s.layer(name)
  const states = [x]
  for (let to = 1; to < nodes; to++) {
    const edges = states.map((from, i) =>
      s.mixedOperation(b, from, {
        name: `${gates}/${i}→${to}`,
        layer: gates,
        operations: operations.map((each) => (each === plainAveragePool.name ? plainAveragePool : each)),
        channels,
        keepEmpty: true,
      }),
    )
    states.push(b.within(`node${to}`).add(edges))
  }
  return states.at(-1)!
}

/** ResNet's basic block with stride 2 (arXiv:1512.03385); its shortcut pools 2×2 and has no batch norm. */
function residualReduction(b: GraphBuilder, x: string, channels: number): string {
  const conv = (from: string, stride: number) =>
    b.batchNorm(b.conv(b.activation(from, 'relu'), { channels, kernel: 3, stride }))
  const shortcut = b.conv(b.avgPool(x, { kernel: 2, stride: 2 }), { channels, kernel: 1 })
  return b.add([conv(conv(x, 2), 1), shortcut])
}
