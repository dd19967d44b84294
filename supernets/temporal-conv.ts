import { Type } from '@sinclair/typebox'
import { operations } from '../src/nn/operations/index.js'
import { supernetBuilder } from '../src/supernet/builder.js'
import { searchSpace } from '../src/supernet/space.js'

interface Options {
  layers: number
  channels: number
  reductions: number[]
  operations: string[]
}

/**
 * A chain of dilated convolutions over time, for sensor series (after temporal convolutional networks, Bai
 * et al., arXiv:1803.01271): which window and dilation a layer, pooling, or no layer. The head reads the
 * mean over time and the last step, so it serves classification, regression and forecasting alike.
 */
export const temporalConv = searchSpace<Options>({
  name: 'temporal-conv',
  description: 'a chain of dilated convolutions over time: which window and dilation a layer, or no layer',
  ranks: [2],
  options: Type.Object(
    {
      layers: Type.Integer({ minimum: 1, default: 6 }),
      channels: Type.Integer({ minimum: 1, default: 16 }),
      reductions: Type.Array(Type.Integer({ minimum: 0 }), {
        default: [2, 4],
        description: 'layers that read every second step only',
      }),
      operations: Type.Array(Type.String({ enum: operations.map((o) => o.name) }), {
        minItems: 1,
        uniqueItems: true,
        default: [
          'skip',
          'avg-pool-3x3',
          'tconv-3-d1',
          'tconv-3-d2',
          'tconv-3-d4',
          'tconv-5-d1',
          'tconv-5-d2',
        ],
      }),
    },
    { additionalProperties: false },
  ),
  build({ options, input, outputs }) {
    const s = supernetBuilder(input, 'stem')
    const stem = s.root.within('stem')
    let x = stem.batchNorm(stem.conv(s.root.input, { channels: options.channels, kernel: 3 }))
    for (let index = 0; index < options.layers; index++) {
      const layer = `layer${index}`
      const stride = options.reductions.includes(index) && s.root.shapeOf(x)[0]! > 1 ? 2 : 1
      const edge = { name: layer, layer, operations: options.operations, channels: options.channels, stride }
      x = s.mixedOperation(s.layer(layer), x, edge)
    }
    const head = s.layer('head')
    const features = head.activation(head.batchNorm(x), 'relu')
    const [steps] = head.shapeOf(features) as [number]
    const last = head.flatten(head.node('crop', [features], { left: steps - 1 }))
    head.output('task', head.dense(head.concat([head.globalAvgPool(features), last]), outputs))
    return s.finish({ space: 'temporal-conv', options: { ...options }, outputs })
  },
})
