import { describe, expect, it } from 'vitest'
import { resolveConfig } from '../../src/config/load-config.js'
import { prepareData } from '../../src/data/prepare.js'
import { unscale } from '../../src/data/scale.js'
import { discretise, uniformGates } from '../../src/derive/network.js'
import { parametersOf } from '../../src/nn/cost.js'
import { sizeOf } from '../../src/nn/primitives/types.js'
import { buildSupernet } from '../../src/setup/supernet-of.js'
import { outputOf } from '../helpers/networks.js'

const configured = (data: object, space: string) =>
  resolveConfig({ data: { source: 'chicago', window: 5, horizon: 2, ...data }, supernet: { space } })

async function built(data: object, space: string) {
  const config = configured(data, space)
  const prepared = await prepareData(config, '.')
  return { prepared, supernet: buildSupernet(config, prepared) }
}

describe.each(['autoencoder-mlp', 'temporal-conv'])('a forecast by %s', (space) => {
  it('is the last value where the network says nothing', async () => {
    const { prepared, supernet } = await built({}, space)
    const { graph } = discretise(supernet, uniformGates(supernet), { gates: 'drop', affine: true })
    const silent = parametersOf(graph).map(({ name, shape }): [string, Float32Array] => [
      name,
      new Float32Array(sizeOf(shape)),
    ])
    const { dataset, inputs, scaler } = prepared
    const [steps, features] = dataset.shape as [number, number]
    const rows = 20
    const numbers = { input: inputs.subarray(0, rows * steps * features), parameters: new Map(silent) }
    const said = unscale(outputOf(graph, 'task', numbers), scaler.target)
    const { task } = dataset
    const column = task.kind === 'forecasting' ? dataset.features.indexOf(task.outputs[0]!) : -1
    expect(column).toBeGreaterThanOrEqual(0)
    said.forEach((value, row) =>
      expect(value).toBeCloseTo(dataset.inputs[((row + 1) * steps - 1) * features + column]!, 4),
    )
  })

  it('reads differences from the last step everywhere', async () => {
    const { supernet } = await built({}, space)
    const readers = supernet.graph.nodes.filter(({ inputs }) => inputs.includes('input'))
    expect(readers.map(({ kind }) => kind)).toEqual(['from-last', 'last'])
  })

  it('goes on from nothing where the target is told of the window itself', async () => {
    const { supernet } = await built({ task: 'regression', horizon: 0 }, space)
    expect(supernet.graph.nodes.map(({ kind }) => kind)).not.toContain('last')
  })
})
