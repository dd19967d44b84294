import type { RandomSource } from '../../base/random.js'
import { outputsOf, type PreparedData } from '../../data/types.js'
import { graphBuilder } from '../../nn/builder.js'
import { parametersOf, type NamedParameter } from '../../nn/cost.js'
import type { Graph, Shape } from '../../nn/graph.js'
import { sizeOf } from '../../nn/primitives/types.js'
import type { Recipe } from '../../train/recipe.js'
import type { RetrainOptions } from '../../train/training.js'
import { retrainStage } from '../../trial/retrain-stage.js'
import type { Trial } from '../../trial/types.js'
import { learntRows, networkFigures, secondsSince } from './outcome.js'
import { realmlpInputs } from './realmlp-inputs.js'
import { onlyFor } from './suits.js'
import type { Rival } from './types.js'

const hiddenLayers = 3
const units = 256
const epochs = 256
const batch = 256

/** Learning rates of weights, by task; those of biases and of the scaling layer are multiples. */
const rates = { classes: 0.04, numbers: 0.07 }
const rateFactors = { bias: 0.1, scale: 6 }

/**
 * RealMLP-TD-S, the simplified variant of RealMLP (Holzmüller et al., arXiv:2407.04491): `realmlpInputs`, a
 * learnt factor for each feature, and three hidden layers of 256 units in the neural tangent parametrization,
 * with selu for classes and mish for numbers. It trains for 256 epochs in batches of 256 rows by Adam with
 * β₂ = 0.95 under the rate coslog4, on labels smoothed by 0.1, and keeps the last of the best epochs.
 *
 * All of `retrain` but `shards` and `rollback` is the recipe's. Embeddings of numbers and categories,
 * dropout, weight decay, parametric activations and clipped outputs belong to RealMLP-TD, not to this variant.
 */
export const realmlp: Rival = {
  byDefault: false,
  refuses: onlyFor('table'),
  async run(given, hooks) {
    const start = performance.now()
    const data = readable(given)
    const { shape, task } = data.dataset
    const isClass = task.kind === 'classification'
    const graph = scaledNetwork(shape, outputsOf(task), isClass ? 'selu' : 'mish')
    const retrain = optionsOf(given, isClass)
    const trial = { ...given, data, config: { ...given.config, retrain } }
    const initial = initialValues(graph, given.random)
    const final = await retrainStage(trial, hooks, 'retrain', graph, initial, undefined, recipeOf(graph))
    return {
      ...networkFigures(trial, final),
      seconds: { search: 0, baseline: null, retrain: secondsSince(start) },
    }
  },
}

function readable(trial: Trial): PreparedData {
  const { data } = trial
  const { inputs, width } = realmlpInputs(data, learntRows(trial))
  return { ...data, inputs, dataset: { ...data.dataset, shape: [width] } }
}

function scaledNetwork(shape: Shape, outputs: number, activation: 'selu' | 'mish'): Graph {
  const builder = graphBuilder(shape, 'realmlp')
  let x = builder.scale(builder.input)
  for (let i = 0; i < hiddenLayers; i++) {
    const b = builder.within(`hidden${i}`)
    x = b.activation(b.dense(x, units), activation)
  }
  builder.output('task', builder.within('head').dense(x, outputs))
  return builder.graph()
}

function optionsOf(trial: Trial, isClass: boolean): RetrainOptions {
  const rows = learntRows(trial).length
  const size = Math.min(batch, rows)
  const perEpoch = Math.floor(rows / size)
  const { augment: _augment, earlyStop: _earlyStop, ...others } = trial.config.retrain
  return {
    ...others,
    keep: 'best',
    average: false,
    l2: 0,
    labelSmoothing: isClass ? 0.1 : 0,
    batch: size,
    steps: epochs * perEpoch,
    evaluateEvery: perEpoch,
    weights: {
      optimizer: 'adam',
      momentum: 0,
      beta2: 0.95,
      warmup: 0,
      learningRate: isClass ? rates.classes : rates.numbers,
      minLearningRate: 0,
      decay: 'coslog4',
    },
  }
}

/**
 * The neural tangent parametrization is y = x · W / √n + b with W of variance 1. Adam does not see the size of
 * a gradient (but for its ε of 1e-8), so it steps V = W / √n as it would step W if its rate is divided by √n.
 */
const gainOf = ({ shape }: NamedParameter): number => (shape.length > 1 ? 1 / Math.sqrt(shape[0]!) : 1)

/** Normal values, but 0 in the last layer and 1 in the scaling layer. */
function initialValues(graph: Graph, random: RandomSource): Map<string, Float32Array> {
  const drawn = parametersOf(graph).filter(({ name }) => name.startsWith('hidden'))
  const last = parametersOf(graph).filter(({ name }) => name.startsWith('head'))
  return new Map([
    ...drawn.map((parameter): [string, Float32Array] => {
      const values = random.stream('init', parameter.name).normals(sizeOf(parameter.shape))
      return [parameter.name, Float32Array.from(values, (value) => gainOf(parameter) * value)]
    }),
    ...last.map(({ name, shape }): [string, Float32Array] => [name, new Float32Array(sizeOf(shape))]),
  ])
}

function recipeOf(graph: Graph): Recipe {
  const factors = new Map(
    parametersOf(graph).map((parameter) => {
      const [, kind] = parameter.name.split(':')
      const kindFactor = kind === 'bias' || kind === 'scale' ? rateFactors[kind] : 1
      return [parameter.name, kindFactor * gainOf(parameter)]
    }),
  )
  return { rateOf: (name) => factors.get(name)!, ties: 'last', fullBatches: true }
}
