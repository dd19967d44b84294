import { describe, expect, it } from 'vitest'
import type { PreparedData } from '../../src/data/types.js'
import { deriveNetwork, discretise, uniformGates } from '../../src/derive/network.js'
import { costOf } from '../../src/nn/cost.js'
import { supernetBuilder } from '../../src/supernet/builder.js'
import type { SupernetModel } from '../../src/supernet/model.js'
import { illegality } from '../../src/supernet/prune.js'
import { predictRows } from '../../src/train/evaluate.js'
import { modelNetwork } from '../../src/train/network.js'
import { withNetwork } from '../../src/trial/with-network.js'
import { relativeError } from '../helpers/numeric.js'
import { imageData, onePhase, searched, tinyCells, tinyMlp, trialOf, vectorData } from '../helpers/trials.js'

const schedule = onePhase([{ term: 'l1', part: 'gates', lambda: 0.5 }], {
  prune: { from: 0.25, until: 0.75 },
})
const search = { epochs: 4, batch: 8, inspectEvery: 2, gates: { travel: 20 } }

/** Channels of a convolution with gates, and units behind their flattening. */
function channels() {
  const s = supernetBuilder([6, 6, 1], 'conv')
  const b = s.layer('conv')
  const x = b.activation(b.batchNorm(b.conv(b.input, { channels: 6, kernel: 3 })), 'relu6')
  const gated = b.maxPool(s.units(b, x, { name: 'conv', layer: 'conv', min: 2 }), { kernel: 3, stride: 2 })
  const d = s.layer('dense')
  const hidden = d.activation(d.dense(d.flatten(gated), 5), 'swish')
  d.output('task', d.dense(s.units(d, hidden, { name: 'dense', layer: 'dense' }), 3))
  return s.finish({ space: 'made', options: {}, outputs: 3 })
}

const cases: [string, () => PreparedData, () => ReturnType<typeof searched>][] = [
  ['cells of one input', imageData, () => searched(trialOf(imageData(), tinyCells(), { schedule, search }))],
  [
    'cells of two inputs',
    imageData,
    () => searched(trialOf(imageData(), tinyCells({ inputs: 2 }), { schedule, search })),
  ],
  [
    'cells searched with softmax',
    imageData,
    () =>
      searched(
        trialOf(imageData(), tinyCells({ inputs: 2 }), {
          relaxation: 'softmax',
          schedule: onePhase([], { prune: { from: 0.25, until: 0.75 } }),
          search,
        }),
      ),
  ],
  [
    'channels',
    imageData,
    () =>
      searched(
        trialOf(imageData(), channels(), {
          schedule: onePhase([{ term: 'l1', part: 'gates', lambda: 2 }], {
            prune: { from: 0.25, until: 0.75 },
          }),
          search: { ...search, gates: { travel: 20, noise: 0.5 } },
        }),
      ),
  ],
  ['units', vectorData, () => searched(trialOf(vectorData(), tinyMlp(), { schedule, search }))],
]

/** What the derived network says about the validation rows. */
function predicted(model: SupernetModel, data: PreparedData, gates: 'keep' | 'drop', affine: boolean) {
  const { graph, values } = deriveNetwork(model, { gates, affine })
  return withNetwork(graph, values, (network) => predictRows(network, data, data.splits.validation))
}

describe.each(cases)('the network derived from %s', (name, makeData, search) => {
  const data = makeData()

  it('with its gates kept is the searched supernet, to rounding', async () => {
    const { model } = await search()
    expect(illegality(model.supernet)).toBeUndefined()
    const supernet = predictRows(modelNetwork(model), data, data.splits.validation)
    expect(relativeError(predicted(model, data, 'keep', false), supernet)).toBeLessThan(1e-5)
    // Scales of 1 and offsets of 0 change nothing yet.
    expect(relativeError(predicted(model, data, 'keep', true), supernet)).toBeLessThan(1e-5)
    model.dispose()
  })

  it('with its gates dropped has no gate left, and no decoder', async () => {
    const { model } = await search()
    const { graph, values } = deriveNetwork(model, { gates: 'drop', affine: true })
    const kinds = new Set(graph.nodes.map(({ kind }) => kind))
    expect(['mix', 'units', 'affine'].filter((kind) => kinds.has(kind))).toEqual([])
    expect(Object.keys(graph.outputs)).toEqual(['task'])
    expect(graph.nodes.some(({ layer }) => layer.startsWith('decoder'))).toBe(false)
    expect(graph.nodes.filter(({ kind }) => kind === 'batch-norm').every(({ attrs }) => attrs.affine)).toBe(
      true,
    )
    const outputs = withNetwork(graph, values, (network) =>
      predictRows(network, data, data.splits.validation),
    )
    expect(outputs.every(Number.isFinite)).toBe(true)
    if (name === 'units' || name === 'channels')
      expect(costOf(graph).parameters).toBeLessThan(costOf(model.origin.graph).parameters)
    model.dispose()
  })
})

describe('discretising', () => {
  it('turns the unpruned supernet, all gates alike, into a network of the same cost', () => {
    const supernet = tinyCells()
    const { graph } = discretise(supernet, uniformGates(supernet), { gates: 'keep', affine: false })
    expect(costOf(graph)).toEqual(costOf(supernet.graph))
    const weights = graph.nodes.find(({ id }) => id === 'cell0/0→2/mix')!.attrs.weights as number[]
    expect(weights).toEqual([1 / 3, 1 / 3, 1 / 3])
  })

  const discrete = (options: object, operations: string[]) => {
    const supernet = tinyCells({ operations, cells: 1, reductions: [] })
    return discretise(supernet, uniformGates(supernet), { gates: 'drop', affine: true, ...options }).graph
  }

  it('drops the batch norms behind pooling, and no others, where it is asked to', () => {
    const norms = (poolNorm?: 'keep' | 'drop') =>
      discrete({ poolNorm }, ['max-pool-3x3', 'avg-pool-3x3', 'sep-conv-3x3', 'skip'])
        .nodes.filter(({ kind }) => kind === 'batch-norm')
        .map(({ id }) => id)
    expect(norms()).toEqual(norms('keep'))
    const pooling = norms('keep').filter((id) => id.includes('pool'))
    expect(pooling.length).toBeGreaterThan(0)
    expect(norms('drop')).toEqual(norms('keep').filter((id) => !pooling.includes(id)))
  })

  it('drops paths of operations, but not of identities', () => {
    const graph = discrete({ dropPath: 0.2 }, ['skip', 'conv-1x1'])
    const paths = graph.nodes.filter(({ kind }) => kind === 'drop-path')
    expect(paths.map(({ inputs }) => inputs[0]).every((id) => id?.includes('/conv-1x1/'))).toBe(true)
    const edges = graph.nodes.filter(
      ({ kind, inputs }) => kind === 'add' && inputs.some((id) => paths.some((p) => p.id === id)),
    )
    expect(edges).toHaveLength(paths.length)
    expect(paths.length).toBeGreaterThan(0)
    expect(paths.every(({ attrs }) => attrs.rate === 0.2)).toBe(true)
    expect(discrete({ dropPath: 0 }, ['skip', 'conv-1x1']).nodes.map(({ kind }) => kind)).not.toContain(
      'drop-path',
    )
  })

  it('keeps gates of units as constants', () => {
    const supernet = tinyMlp()
    const { graph, constants } = discretise(supernet, uniformGates(supernet), {
      gates: 'keep',
      affine: false,
    })
    expect(graph.nodes.filter(({ kind }) => kind === 'affine')).toHaveLength(3)
    expect([...constants.get('encoder/code/units:scale')!]).toEqual([1, 1, 1, 1])
  })
})
