import { gather } from '../../data/batches.js'
import { outputsOf, type PreparedData, type Task } from '../../data/types.js'
import { graphBuilder } from '../../nn/builder.js'
import { costOf, parametersOf } from '../../nn/cost.js'
import type { Graph, Shape } from '../../nn/graph.js'
import { sizeOf } from '../../nn/primitives/types.js'
import { predictRows } from '../../train/evaluate.js'
import { withNetwork } from '../../trial/with-network.js'
import { retrainStage } from '../../trial/retrain-stage.js'
import type { NetworkTeacher } from '../../trial/teacher.js'
import { mlpInputs } from './mlp-inputs.js'
import { learntRows, predictorFigures, secondsSince } from './outcome.js'
import type { Rival } from './types.js'
import { onlyFor } from './suits.js'

const hiddenLayers = 3
const units = 80
const labelSmoothing = 0.1

/**
 * A well-set plain network for tables: three hidden layers of 80 units, each dense, batch norm and relu
 * (about 14,000 parameters for a dozen columns). It trains with the trial's settings of `retrain`, whose
 * defaults for tables are what served plain networks best; its inputs are `mlpInputs`, labels are smoothed by
 * 0.1, and predicted numbers never leave the range of those that it learnt from.
 */
export const mlp: Rival = {
  byDefault: true,
  refuses: onlyFor('table'),
  async run(given, hooks) {
    const start = performance.now()
    const data = { ...given.data, inputs: mlpInputs(given.data) }
    const graph = plainNetwork(data.dataset.shape, outputsOf(data.dataset.task))
    const { retrain } = given.config
    // Evaluating less often than every epoch misses the best epoch of a long training.
    const perEpoch = Math.ceil(learntRows(given).length / retrain.batch)
    const options = {
      ...retrain,
      evaluateEvery: Math.min(retrain.evaluateEvery, Math.max(64, perEpoch)),
      distillation: { share: labelSmoothing, temperature: 1 },
    }
    const trial = { ...given, data, config: { ...given.config, retrain: options } }
    const teacher = data.dataset.task.kind === 'classification' ? undecided(graph) : undefined
    const { values } = await retrainStage(trial, hooks, 'retrain', graph, new Map(), teacher)
    const bounds = rangesOf(data, learntRows(trial))
    const outcome = withNetwork(graph, values, (network) =>
      predictorFigures(trial, (rows) => within(predictRows(network, data, rows), bounds), costOf(graph)),
    )
    return { ...outcome, seconds: { search: 0, baseline: null, retrain: secondsSince(start) } }
  },
}

function plainNetwork(shape: Shape, outputs: number): Graph {
  const builder = graphBuilder(shape, 'mlp')
  let x = builder.input
  for (let i = 0; i < hiddenLayers; i++) {
    const b = builder.within(`hidden${i}`)
    x = b.activation(b.batchNorm(b.dense(x, units)), 'relu')
  }
  builder.output('task', builder.within('head').dense(x, outputs))
  return builder.graph()
}

/**
 * A teacher that finds all classes equally likely. To learn a share s from it is to learn from smoothed
 * labels: (1 − s) E(y, t) + s E(y, 1/K) = E(y, (1 − s) t + s/K), for cross-entropy is linear in its targets.
 */
function undecided(of: Graph): NetworkTeacher {
  const builder = graphBuilder(of.nodes[0]!.shape, 'undecided')
  builder.output('task', builder.dense(builder.input, of.nodes.at(-1)!.shape[0]!))
  const graph = builder.graph()
  const zeros = parametersOf(graph).map(({ name, shape }) => [name, new Float32Array(sizeOf(shape))] as const)
  return { share: labelSmoothing, networks: [{ graph, values: new Map(zeros) }] }
}

type Range = readonly [low: number, high: number]

/** The range of each output in some rows, in units of the targets; none for classes. */
function rangesOf({ dataset }: PreparedData, rows: Uint32Array): readonly Range[] {
  const { targets, task } = dataset
  const width = widthOf(task)
  const rowTargets = gather(targets, Math.max(1, width), rows)
  return Array.from({ length: width }, (_, output): Range => {
    let [low, high] = [Infinity, -Infinity]
    for (let i = output; i < rowTargets.length; i += width) {
      low = Math.min(low, rowTargets[i]!)
      high = Math.max(high, rowTargets[i]!)
    }
    return [low, high]
  })
}

const widthOf = (task: Task): number => (task.kind === 'classification' ? 0 : task.outputs.length)

const within = (predicted: Float64Array, ranges: readonly Range[]): Float64Array =>
  ranges.length === 0
    ? predicted
    : predicted.map((value, i) => {
        const [low, high] = ranges[i % ranges.length]!
        return Math.min(high, Math.max(low, value))
      })
