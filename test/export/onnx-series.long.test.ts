import { describe, expect, test } from 'vitest'
import type { PreparedData } from '../../src/data/types.js'
import type { PlainNetwork } from '../../src/export/fold.js'
import { onnxModel, toOnnx, type OnnxOptions } from '../../src/export/onnx/model.js'
import { verifyOnnx } from '../../src/export/onnx/verify.js'
import { operations } from '../../src/supernet/operations/index.js'
import { bundled, randomNetwork } from './helper.js'
import '../setup/shared.js'

const chicago = await bundled('chicago')

/** Exports and verifies; how far it is from the network, and the operators. */
async function exported(network: PlainNetwork, data: PreparedData, options: OnnxOptions = {}) {
  const trained = { name: 'net', metric: 'any', data, ...network }
  const verification = await verifyOnnx(toOnnx(trained, options), trained)
  return { ...verification, kinds: onnxModel(trained, options).nodes.map(({ type }) => type) }
}

const strides = [1, 2] as const
const cases = operations.flatMap(({ name, build }) =>
  build ? strides.map((stride) => ({ name, stride, build })) : [],
)

describe('each operation predicts what it did', () => {
  test.each(cases)('$name with stride $stride on a series', async ({ name, stride, build }) => {
    const network = randomNetwork(chicago, (b) => {
      const wide = b.conv(b.input, { channels: 4, kernel: 3 })
      const x = build(b.within('cell0/0→2').within(name), wide, { channels: 4, stride, affine: true })
      return b.dense(b.flatten(x), 1)
    })
    expect((await exported(network, chicago)).relativeError).toBeLessThan(1e-5)
  })
})
