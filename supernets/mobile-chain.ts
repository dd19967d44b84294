import { Type } from '@sinclair/typebox'
import { mbConv } from '../src/supernet/operations/mb-conv.js'
import { operationOf } from '../src/supernet/operations/index.js'
import { supernetBuilder } from '../src/supernet/builder.js'
import { searchSpace } from '../src/supernet/space.js'

export interface MobileChainOptions {
  stem: number
  stemStride: number
  channels: number[]
  layers: number
  kernels: number[]
  expansions: number[]
  head: number
}

/**
 * A chain of inverted residual blocks for images, kernel and expansion of each layer searched, as in
 * ProxylessNAS (arXiv:1812.00332, §4.1) and FBNet (arXiv:1812.03443). A layer that changes neither size nor
 * channels may be skipped, so that the depth of each stage is searched as well.
 */
export const mobileChain = searchSpace<MobileChainOptions>({
  name: 'mobile-chain',
  description:
    'a chain of inverted residual blocks for images: which kernel and expansion a layer, or no layer',
  ranks: [3],
  options: Type.Object(
    {
      stem: Type.Integer({ minimum: 1, default: 16, description: 'channels of the stem' }),
      stemStride: Type.Integer({ minimum: 1, maximum: 2, default: 1, description: '2 for large images' }),
      channels: Type.Array(Type.Integer({ minimum: 1 }), {
        minItems: 1,
        default: [24, 40, 64],
        description: 'channels of each stage; the first layer of a stage halves the image',
      }),
      layers: Type.Integer({ minimum: 1, default: 3, description: 'layers of each stage, at most' }),
      kernels: Type.Array(Type.Integer({ minimum: 1 }), {
        minItems: 1,
        uniqueItems: true,
        default: [3, 5],
      }),
      expansions: Type.Array(Type.Integer({ minimum: 1 }), {
        minItems: 1,
        uniqueItems: true,
        default: [3, 6],
      }),
      head: Type.Integer({ minimum: 1, default: 128, description: 'channels of the last convolution' }),
    },
    { additionalProperties: false },
  ),
  build({ options, input, outputs }) {
    const blocks = options.kernels.flatMap((kernel) =>
      options.expansions.map((expansion) => mbConv(kernel, expansion)),
    )
    const s = supernetBuilder(input, 'stem')
    const stem = s.root.within('stem')
    const first = stem.conv(s.root.input, { channels: options.stem, kernel: 3, stride: options.stemStride })
    let x = stem.activation(stem.batchNorm(first), 'relu6')
    options.channels.forEach((channels, stage) => {
      for (let n = 0; n < options.layers; n++) {
        const layer = `stage${stage}/layer${n}`
        const operations = n === 0 ? blocks : [operationOf('skip')!, ...blocks]
        const edge = { name: layer, layer, operations, channels, stride: n === 0 ? 2 : 1 }
        x = s.mixedOperation(s.layer(layer), x, edge)
      }
    })
    const head = s.layer('classifier')
    const wide = head.batchNorm(head.conv(x, { channels: options.head, kernel: 1 }))
    head.output('task', head.dense(head.globalAvgPool(head.activation(wide, 'relu6')), outputs))
    return s.finish({ space: 'mobile-chain', options: { ...options }, outputs })
  },
})
