import { beforeAll, expect, it } from 'vitest'
import { useBackend } from '../../src/backend/index.js'
import { randomSource } from '../../src/base/random.js'
import { resolveConfig } from '../../src/config/load-config.js'
import { benchStep } from '../../src/runs/bench-step.js'
import { inputShape, randomData } from '../../src/setup/random-data.js'
import { buildSupernet, spaceOf } from '../../src/setup/supernet-of.js'
import { trainedNodes } from '../../src/train/gradients.js'
import { stepMemory } from '../../src/train/memory.js'

beforeAll(() => useBackend('wasm', { relaxed: false }))

const [rows, relaxed] = [32, false]

it.each([
  ['mlp-cell', { features: 8 }],
  ['autoencoder-mlp', { features: 8 }],
  ['temporal-conv', { length: 64, features: 6 }],
  ['darts-cell', { image: 8 }],
] as const)(
  'the tensors of a recorded step of %s take the memory that the check before a run expects',
  async (space, input) => {
    const data = randomData(inputShape(spaceOf(space, '--supernet'), input), rows, randomSource(0))
    const config = resolveConfig({ data: { source: 'digits' }, supernet: { space } })
    const { graph, groups } = buildSupernet(config, data)
    const weights = graph.nodes.map(({ id }) => `${id}:`)
    const trained = trainedNodes(graph, { weights, alphas: groups.map(({ name }) => name) })
    const planned = stepMemory(graph, { roles: Object.keys(graph.outputs), trained }, rows)
    const { replay } = await benchStep({
      supernet: space,
      options: {},
      batch: rows,
      steps: 3,
      backend: 'wasm',
      shards: 1,
      relaxed,
      ...input,
    })
    const tensors = replay!.tensorsMB * 2 ** 20
    // Of what is held all the time, a pass makes the gradients of weights: one of four arrays. They lie apart
    // from what the pass frees, and so cannot take its place.
    expect(tensors).toBeLessThan(1.06 * (planned.peakBytes + planned.heldBytes / 4))
    expect(tensors).toBeGreaterThan(0.95 * planned.peakBytes)
  },
)
