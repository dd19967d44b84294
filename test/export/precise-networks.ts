import type { TrainedNetwork } from '../../src/export/trained.js'
import { bundled, randomNetwork } from './helper.js'

/** Networks of an image, a series and a table, with every kind of kernel: what precisions are tried on. */
export async function preciseNetworks(): Promise<TrainedNetwork[]> {
  const [digits, chicago, concrete] = [
    await bundled('digits'),
    await bundled('chicago'),
    await bundled('concrete'),
  ]
  return [
    {
      name: 'digits',
      metric: 'accuracy',
      data: digits,
      ...randomNetwork(digits, (b) => {
        const x = b.activation(
          b.batchNorm(b.conv(b.input, { channels: 12, kernel: 3 }), { affine: true }),
          'relu',
        )
        const y = b.batchNorm(b.depthwise(x, { kernel: 5, dilation: 2 }))
        return b.dense(b.globalAvgPool(b.add([b.conv(y, { channels: 12, kernel: 1 }), x])), 10)
      }),
    },
    {
      name: 'chicago',
      metric: 'rmse',
      data: chicago,
      ...randomNetwork(chicago, (b) => {
        const x = b.activation(b.conv(b.input, { channels: 6, kernel: 3, dilation: 2 }), 'relu6')
        return b.dense(b.flatten(b.maxPool(x, { kernel: 3 })), 1)
      }),
    },
    {
      name: 'concrete',
      metric: 'rmse',
      data: concrete,
      ...randomNetwork(concrete, (b) => b.dense(b.activation(b.dense(b.input, 16), 'tanh'), 1)),
    },
  ]
}
