import * as tf from '@tensorflow/tfjs-core'
import { describe, expect, it } from 'vitest'
import { randomSource } from '../../src/base/random.js'
import { graphBuilder } from '../../src/nn/builder.js'
import type { BatchStatistics } from '../../src/nn/functions/batch-norm.js'
import type { Graph } from '../../src/nn/graph.js'
import { ParameterStore } from '../../src/nn/parameter-store.js'
import { compileProgram, segmentsOf } from '../../src/nn/program.js'
import { run, runGradients } from '../../src/nn/run.js'
import { losses } from '../../src/objective/losses.js'
import { activationL1 } from '../../src/objective/terms/activation-l1.js'
import { contractive } from '../../src/objective/terms/contractive.js'
import { layerOutputs, tapGradients, withProbes } from '../../src/train/activations.js'
import { disposeGradients } from '../../src/train/gradient-memory.js'
import { batchGradients } from '../../src/train/gradients.js'
import { discreteNetwork, modelNetwork, type Network } from '../../src/train/network.js'
import type { Tap } from '../../src/train/shard.js'
import { total } from '../helpers/gates.js'
import { normals } from '../helpers/networks.js'
import { numericGradient, relativeError } from '../helpers/numeric.js'
import {
  bytesOf,
  imageData,
  modelOf,
  onePhase,
  searched,
  spaceNet,
  tinyCells,
  tinyMlp,
  trialOf,
  vectorData,
} from '../helpers/trials.js'
import { tensorCounter } from '../setup/tensors.js'

describe('the outputs of a layer', () => {
  it('are what other layers read, and outputs of the network', () => {
    const { graph } = tinyCells()
    expect(
      layerOutputs(graph, 'cell0').every((id) => graph.nodes.find((n) => n.id === id)!.kind === 'concat'),
    ).toBe(true)
    expect(layerOutputs(graph, 'cell0')).toHaveLength(1)
    expect(layerOutputs(graph, 'classifier')).toEqual([graph.outputs.task])
    const mlp = tinyMlp().graph
    expect(layerOutputs(mlp, 'encoder/code')).toEqual([mlp.outputs.code])
  })
})

/** The gradients of a batch under taps, as numbers. */
function gradientsOf(
  network: Network,
  shape: readonly number[],
  inputs: Float32Array,
  taps: readonly Tap[],
  shards = 1,
) {
  const rows = inputs.length / shape.reduce((a, b) => a * b, 1)
  const length = inputs.length / rows
  const each = rows / shards
  const parts = Array.from({ length: shards }, (_, i) => ({
    inputs: inputs.slice(i * each * length, (i + 1) * each * length),
    targets: new Float32Array(each),
    rows: each,
  }))
  const newTensors = tensorCounter()
  const gradients = batchGradients(
    network,
    shape,
    withProbes(parts, randomSource(9), 3),
    { task: 0, reconstruction: 0, loss: losses.mse },
    {
      weights: network.weights.specs.filter(({ role }) => role === 'weight').map(({ name }) => name),
      alphas: [...network.groups.keys()],
    },
    { taps },
  )
  const numbers = new Map(
    [...gradients.weights, ...gradients.alphas].map(([name, t]) => [name, t.dataSync<'float32'>().slice()]),
  )
  disposeGradients(gradients)
  expect(newTensors()).toBe(0)
  return numbers
}

/** The value of a node on some inputs in training mode. */
function valuesAt(
  network: Network,
  node: string,
  inputs: Float32Array,
  shape: readonly number[],
): Float32Array {
  const graph: Graph = { ...network.graph, outputs: { node } }
  return tf.tidy(() => {
    const statistics = new Map<string, BatchStatistics>()
    const input = tf.tensor(inputs, [inputs.length / shape.reduce((a, b) => a * b, 1), ...shape])
    const { node: value } = run(graph, ['node'], {
      input,
      training: true,
      parameter: (name) => network.weights.get(name),
      mixture: (group) => network.mixture(group),
      statistics,
    })
    for (const { mean, variance } of statistics.values()) tf.dispose([mean, variance])
    return value.dataSync<'float32'>().slice()
  })
}

describe.each([
  ['units', () => trialOf(vectorData(), tinyMlp()), 'encoder/code'],
  ['cells', () => trialOf(imageData(), tinyCells(), { search: { gates: { noise: 0.3 } } }), 'cell0'],
] as const)('terms on activations of %s', (name, make, layer) => {
  const trial = make()
  const { shape } = trial.data.dataset
  const rows = 6
  const inputs = normals(randomSource(3), 'x', rows * shape.reduce((a, b) => a * b, 1))

  it.each([
    ['activation-l1', activationL1],
    ['contractive', contractive],
  ] as const)(
    '%s has the gradients of finite differences for weights and α above it, and none below',
    (_, term) => {
      const model = modelOf(trial)
      const network = modelNetwork(model)
      const [node] = layerOutputs(network.graph, layer)
      const taps = [{ node: node!, terms: [{ action: term.activations!, lambda: 0.5 }] }]
      const got = gradientsOf(network, shape, inputs, taps)
      const stream = randomSource(9).stream('probe', '', 3)
      const moved = inputs.map((x) => x + 1e-2 * (stream.uniform() < 0.5 ? -1 : 1))
      const objective = () => {
        const h = valuesAt(network, node!, inputs, shape)
        if (term === activationL1) return (0.5 * total([...h].map(Math.abs))) / h.length
        const other = valuesAt(network, node!, moved, shape)
        return (0.5 * total([...h].map((v, i) => ((other[i]! - v) / 1e-2) ** 2))) / rows
      }
      const above = new Set(got.keys())
      expect([...above].some((key) => key.startsWith('head') || key.startsWith('classifier'))).toBe(false)
      const [all, wanted]: [number[], number[]] = [[], []]
      for (const key of above) {
        const isAlpha = network.groups.has(key)
        if (!isAlpha && !key.endsWith('kernel')) continue
        const values = (isAlpha ? model.alphaValues() : model.weights.values()).get(key)!
        const set = (v: Float32Array) => {
          if (isAlpha) model.setAlpha(key, tf.tensor1d(v))
          else model.weights.set(key, tf.tensor(v, model.weights.get(key).shape))
        }
        const want = numericGradient(
          (v) => {
            set(v)
            return objective()
          },
          values,
          term === activationL1 ? 3e-3 : name === 'cells' ? 2e-4 : 1e-3,
        )
        set(values)
        wanted.push(...want)
        all.push(...got.get(key)!)
      }
      expect(Math.hypot(...wanted)).toBeGreaterThan(1e-3)
      // ReLUs and maxima change sides within a difference.
      expect(relativeError(all, wanted)).toBeLessThan(name === 'cells' ? 0.08 : 0.01)
      model.dispose()
    },
  )

  it('are summed over shards by their share', () => {
    const model = modelOf(trial)
    const network = modelNetwork(model)
    const [node] = layerOutputs(network.graph, layer)
    const taps = [{ node: node!, terms: [{ action: activationL1.activations!, lambda: 1 }] }]
    const half = inputs.slice(0, inputs.length / 2)
    const twice = Float32Array.of(...half, ...half)
    const [one, two] = [gradientsOf(network, shape, half, taps), gradientsOf(network, shape, twice, taps, 2)]
    for (const [key, values] of two) expect(relativeError(values, one.get(key)!), key).toBeLessThan(1e-5)
    model.dispose()
  })

  it('lower what they measure', async () => {
    const measure = async (lambda: number) => {
      const searchTrial = trialOf(trial.data, trial.supernet, {
        schedule: onePhase([{ term: 'activation-l1', part: 'activations', layers: layer, lambda }]),
        // Gates that concentrate change the activations, too.
        search: {
          epochs: 10,
          weights: { learningRate: 0.01 },
          gates: { travel: 0.1 },
        },
      })
      const { model } = await searched(searchTrial)
      const network = modelNetwork(model)
      const h = valuesAt(network, layerOutputs(network.graph, layer)[0]!, inputs, shape)
      model.dispose()
      return total([...h].map(Math.abs)) / h.length
    }
    expect(await measure(2)).toBeLessThan(0.9 * (await measure(0)))
  })
})

it('the contractive estimate is, on average over directions, the squared norm of the Jacobian', () => {
  const b = graphBuilder([3], 'l')
  const out = b.dense(b.input, 2)
  b.output('task', out)
  const graph = b.graph()
  const store = ParameterStore.of(graph, randomSource(4))
  const network = discreteNetwork(graph, store)
  const kernel = store.values().get(`${out}:kernel`)!
  const x = normals(randomSource(5), 'x', 3 * 400)
  const moved = x.slice()
  const stream = randomSource(6).stream('probe')
  moved.forEach((v, i) => (moved[i] = v + 1e-2 * (stream.uniform() < 0.5 ? -1 : 1)))
  const [h, other] = [x, moved].map((inputs) => valuesAt(network, out, inputs, [3]))
  const estimate = tf.tidy(
    () => contractive.activations!.value(tf.tensor(h!, [400, 2]), tf.tensor(other!, [400, 2])).dataSync()[0]!,
  )
  const wanted = total([...kernel].map((v) => v * v))
  expect(Math.abs(estimate / wanted - 1)).toBeLessThan(0.1)
  store.dispose()
})

it('a tap keeps its bits whatever is computed again', () => {
  const net = spaceNet(
    'darts-cell',
    { cells: 2, channels: 3, nodes: 2, inputs: 1, reductions: [1] },
    [6, 6, 2],
    3,
  )
  const { graph } = net
  const trained = new Set(graph.nodes.map(({ id }) => id))
  const taps = ['cell0', 'cell1'].flatMap((layer) => layerOutputs(graph, layer))
  const options = { roles: ['task'], taps, trained }
  const store = ParameterStore.of(graph, randomSource(1))
  const gradients = (again: ReadonlySet<number>) =>
    tf.tidy(() => {
      const statistics = new Map<string, { mean: tf.Tensor1D; variance: tf.Tensor1D }>()
      const found = runGradients(
        compileProgram(graph, { ...options, again }),
        {
          input: tf.tensor(normals(randomSource(2), 'x', 3 * 72), [3, 6, 6, 2]),
          training: true,
          parameter: (name) => store.get(name),
          mixture: (group) =>
            tf.tensor1d(net.groups.find((g) => g.name === group)!.members.map((_, i) => 0.2 + i / 10)),
          statistics,
        },
        (outputs) => Object.fromEntries(taps.map((id) => [id, tf.sign(outputs[id]!)])),
      )
      for (const { mean, variance } of statistics.values()) tf.dispose([mean, variance])
      return [...found.parameters].map(([name, t]) => [name, [...t.dataSync()]])
    })
  const newTensors = tensorCounter()
  const kept = gradients(new Set())
  expect(kept.length).toBeGreaterThan(20)
  expect(gradients(new Set(segmentsOf(graph, options).keys()))).toEqual(kept)
  expect(newTensors()).toBe(0)
  store.dispose()
})

it('refuses a value that is no scalar', () => {
  const h = tf.tensor2d([1, 2, 3, 4], [2, 2])
  const action = { value: (x: tf.Tensor) => x as tf.Scalar }
  const taps = [{ node: 'code', terms: [{ action, lambda: 1 }] }]
  expect(() =>
    tapGradients(
      taps,
      [],
      () => h,
      () => h,
    ),
  ).toThrow('a term’s value on the activations code: expected a scalar tensor, got a tensor of shape [2, 2]')
  h.dispose()
})

it('draws another direction each step, the same for the same step', () => {
  const shard = [{ inputs: new Float32Array(64), targets: new Float32Array(1), rows: 1 }]
  const signs = (t: number) => [...withProbes(shard, randomSource(1), t)[0]!.probe!]
  expect(signs(1)).toEqual(signs(1))
  expect(signs(1)).not.toEqual(signs(2))
  expect(new Set(signs(1))).toEqual(new Set([-1, 1]))
})

it('resumes to the same bits with every part regularized, weights pruned and W₀ with them', async () => {
  const trial = trialOf(vectorData(), tinyMlp(), {
    schedule: {
      ...onePhase([
        { term: 'l1', part: 'gates', lambda: 2 },
        { term: 'distance-to-init', part: 'weights', lambda: 0.1 },
        { term: 'contractive', part: 'activations', lambda: 0.01, layers: 'encoder/*' },
      ]),
      prune: { from: 0, until: 1 },
    },
    search: { epochs: 10, inspectEvery: 2 },
  })
  const { model, checkpoints } = await searched(trial)
  const whole = bytesOf(model)
  const pruned = checkpoints.filter(
    ({ members, step }) => step < 30 && Object.values(members).some((m) => m.length < 4),
  )
  expect(pruned.length).toBeGreaterThan(0)
  model.dispose()
  for (const checkpoint of [checkpoints[0]!, pruned[0]!]) {
    const { model: again } = await searched(trial, checkpoint)
    expect(bytesOf(again)).toEqual(whole)
    again.dispose()
  }
})
