import * as tf from '@tensorflow/tfjs-core'
import { expect, it } from 'vitest'
import { useBackend } from '../../src/backend/index.js'
import { randomSource } from '../../src/base/random.js'
import { graphBuilder } from '../../src/nn/builder.js'
import { ParameterStore } from '../../src/nn/parameter-store.js'
import { run } from '../../src/nn/run.js'
import { discreteNetwork, mixturesOf, modelNetwork, type PassNetwork } from '../../src/train/network.js'
import { recordedOutputs } from '../../src/train/recorded-outputs.js'
import { modelOf, spaceNet, tinyMlp, trialOf, vectorData } from '../helpers/trials.js'

const stream = randomSource(11).stream('inputs', '')

const drawInputs = (rows: number): Float32Array =>
  Float32Array.from({ length: rows * 5 }, () => stream.normal())

/** The outputs by operations alone. */
function byOperations(network: PassNetwork, inputs: Float32Array): Float32Array {
  const mixtures = mixturesOf(network)
  const outputs = tf.tidy(() =>
    run(network.graph, ['task'], {
      input: tf.tensor(inputs, [inputs.length / 5, 5]),
      training: false,
      parameter: (name) => network.weights.get(name),
      mixture: mixtures.of,
      statistics: new Map(),
    })
      .task.dataSync<'float32'>()
      .slice(),
  )
  mixtures.dispose()
  return outputs
}

function expectSame(network: PassNetwork, rows = 7): void {
  const inputs = drawInputs(rows)
  expect(recordedOutputs(network, inputs, rows, [5])).toEqual(byOperations(network, inputs))
}

const networks: [string, () => ReturnType<typeof tinyMlp>][] = [
  ['autoencoder-mlp', () => tinyMlp()],
  ['mlp-cell', () => spaceNet('mlp-cell', { blocks: 2, width: 6, hidden: 7, bins: 3 }, [5], 1)],
]

it.each(networks)('has the bits of operations, however often it is asked: %s', (_, net) => {
  const model = modelOf(trialOf(vectorData(), net()))
  const network = modelNetwork(model)
  for (const rows of [7, 7, 7, 3, 7, 3, 3]) expectSame(network, rows)
  model.dispose()
})

it('goes by operations where only TensorFlow.js has one, each time', () => {
  const b = graphBuilder([5], 'l')
  b.output('task', b.dense(b.activation(b.dense(b.input, 4), 'gelu'), 2))
  const graph = b.graph()
  const store = ParameterStore.of(graph, randomSource(1))
  const network = discreteNetwork(graph, store)
  for (let time = 0; time < 3; time++) expectSame(network)
  store.dispose()
})

it('follows weights and gates that change, and tells networks of one graph apart', () => {
  const [a, b] = [1, 2].map((seed) => modelOf(trialOf(vectorData(), tinyMlp(), { seed })))
  for (let round = 0; round < 4; round++)
    for (const model of [a!, b!]) {
      const { name } = model.weights.specs[0]!
      model.weights.set(
        name,
        tf.tidy(() => tf.mul(model.weights.get(name), 1.5)),
      )
      const [group] = model.supernet.groups
      const raised = tf.tidy(() =>
        tf.add<tf.Tensor1D>(model.alpha(group!.name), tf.range(0, group!.members.length)),
      )
      model.setAlpha(group!.name, raised)
      expectSame(modelNetwork(model))
    }
  for (const model of [a!, b!]) model.dispose()
})

it('has the bits of the variant of the kernels that is in use', async () => {
  const model = modelOf(trialOf(vectorData(), tinyMlp()))
  const network = modelNetwork(model)
  for (const relaxed of [false, true, false]) {
    await useBackend('wasm', { relaxed })
    for (let time = 0; time < 3; time++) expectSame(network)
  }
  model.dispose()
})
