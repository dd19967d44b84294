import { Type } from '@sinclair/typebox'
import { mbConv } from '../src/supernet/operations/mb-conv.js'
import type { Operation } from '../src/supernet/operations/types.js'
import { supernetBuilder } from '../src/supernet/builder.js'
import { macroNotation } from '../src/supernet/notations/nas-bench-macro.js'
import { searchSpace } from '../src/supernet/space.js'

export interface NasBenchMacroOptions {
  channels: number
  stages: number[]
  head: number
}

/** Identity; where the shape changes a 1×1 convolution with batch norm, as the benchmark has it. */
const identity: Operation = {
  name: 'skip',
  parameterFree: true,
  build: (b, x, { channels, stride, affine }) =>
    stride === 1 && b.shapeOf(x).at(-1) === channels
      ? x
      : b.batchNorm(b.conv(x, { channels, kernel: 1, stride }), { affine }),
}

const candidates = [identity, mbConv(3, 3, 'relu'), mbConv(5, 6, 'relu')]

/**
 * NAS-Bench-Macro (Su et al., arXiv:2103.11922): a chain of eight layers, each an identity or one of two
 * inverted residual blocks. The first layer of a stage halves the image and doubles the channels.
 */
export const nasBenchMacro = searchSpace<NasBenchMacroOptions>({
  name: 'nas-bench-macro',
  description:
    'a chain of image layers, each an identity or one of two inverted residual blocks (arXiv:2103.11922)',
  ranks: [3],
  options: Type.Object(
    {
      channels: Type.Integer({ minimum: 1, default: 32, description: 'channels of the stem' }),
      stages: Type.Array(Type.Integer({ minimum: 1 }), {
        minItems: 1,
        default: [2, 3, 3],
        description: 'layers of each stage',
      }),
      head: Type.Integer({
        minimum: 1,
        default: 1280,
        description: 'channels of the last convolution',
      }),
    },
    { additionalProperties: false },
  ),
  notation: ({ stages }) => macroNotation({ members: candidates.map(({ name }) => name), stages }),
  build({ options, input, outputs }) {
    const s = supernetBuilder(input, 'stem')
    const stem = s.root.within('stem')
    const convNormRelu = (b: typeof stem, from: string, channels: number, kernel: number) =>
      b.activation(b.batchNorm(b.conv(from, { channels, kernel })), 'relu')
    let x = convNormRelu(stem, s.root.input, options.channels, 3)
    let channels = options.channels
    let index = 0
    for (const layers of options.stages) {
      channels *= 2
      for (let n = 0; n < layers; n++, index++) {
        const layer = `layer${index}`
        const edge = { name: layer, layer, operations: candidates, channels, stride: n === 0 ? 2 : 1 }
        x = s.mixedOperation(s.layer(layer), x, edge)
      }
    }
    const head = s.layer('classifier')
    head.output('task', head.dense(head.globalAvgPool(convNormRelu(head, x, options.head, 1)), outputs))
    return s.finish({ space: 'nas-bench-macro', options: { ...options }, outputs })
  },
})
