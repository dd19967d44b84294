import { expect, test } from 'vitest'
import type { PreparedData } from '../../src/data/types.js'
import { type PlainNetwork } from '../../src/export/fold.js'
import { toLayersModel } from '../../src/export/layers.js'
import { scalesApart } from '../../src/export/outside.js'
import { saveModel } from '../../src/export/save.js'
import { operations } from '../../src/supernet/operations/index.js'
import { bundled, randomNetwork, temporaryFolder } from './helper.js'
import '../setup/shared.js'
import { tensorCounter } from '../setup/tensors.js'

const folder = temporaryFolder()

const chicago = await bundled('chicago')

/** Exports and verifies; the layers of the model, and how far its predictions are from the network's. */
async function exported(network: PlainNetwork, data: PreparedData) {
  const newTensors = tensorCounter()
  const verification = await saveModel({ name: 'net', metric: 'any', data, ...network }, folder)
  const model = toLayersModel({
    name: 'net',
    scales: scalesApart(data.scaler).inside,
    task: data.dataset.task,
    ...network,
  })
  const layers = model.layers.map((layer) => ({ name: layer.name, kind: layer.getClassName() }))
  model.dispose()
  expect(newTensors()).toBe(0)
  return { ...verification, layers, kinds: layers.map(({ kind }) => kind) }
}

const strides = [1, 2] as const
const cases = operations.flatMap(({ name, build }) =>
  build ? strides.map((stride) => ({ name, stride, build })) : [],
)

test.each(cases)(
  '$name with stride $stride predicts what it did on a series',
  async ({ name, stride, build }) => {
    const network = randomNetwork(chicago, (b) => {
      const wide = b.conv(b.input, { channels: 4, kernel: 3 })
      const x = build(b.within('cell0/0→2').within(name), wide, { channels: 4, stride, affine: true })
      return b.dense(b.flatten(x), 1)
    })
    const { relativeError } = await exported(network, chicago)
    expect(relativeError).toBeLessThan(1e-5)
  },
)
