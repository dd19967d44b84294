import { gather } from '../../data/batches.js'
import { lastValues } from '../../data/continued.js'
import { unscale } from '../../data/scale.js'
import { outputsOf, type PreparedData } from '../../data/types.js'
import { boost, nodesOf, predictBoosted, type Sample } from '../boosting/boost.js'
import { mostRanges } from '../boosting/bins.js'
import { absolutes, crossEntropyOf, squares, type BoostingLoss } from '../boosting/losses.js'
import { learntRows } from './learnt-rows.js'
import type { RivalSize } from './figures.js'
import type { RivalTrial, TrialRival } from './types.js'

/** Rows of more numbers are images and long windows, of which trees of single numbers say little. */
const mostFeatures = 512

const growth = { depth: 6, lambda: 1, rate: 0.1, patience: 20 }

/** The most rounds, the fewest for which rows are left out, and the fewest that are worth showing. */
const rounds = { most: 1000, wanted: 200, fewest: 20 }

/** The fewest rows that are kept to reach the wanted rounds. */
const fewestRows = 2000

/** Units of work that all rounds may take, 6 to 12 nanoseconds each: a few seconds. */
const mostWork = 6e8

/**
 * Gradient-boosted trees of all numbers of a row: squared error, absolute error where the configuration trains
 * or chooses by it, or cross-entropy with the weights of classes; learning rate 0.1, at most six splits deep, as
 * many rounds as the validation loss wants. A forecast is the change from the last value,
 * as the network's is. Undefined for rows of more than 512 numbers, or if there are so many outputs that its
 * work would allow fewer than 20 rounds.
 */
export const trees: TrialRival = {
  title: 'boosted trees',
  limits: `rows of up to ${mostFeatures} numbers, and so few outputs that ${rounds.fewest} rounds take seconds`,
  async fit(trial, pause) {
    const grown = await grownTrees(trial, pause)
    if (!grown) return undefined
    const { data } = trial
    const isOfClasses = data.dataset.task.kind === 'classification'
    return {
      predict: (rows) =>
        isOfClasses ? natural(grown.outputs(rows), data) : unscale(grown.outputs(rows), data.scaler.target),
      size: grown.size,
    }
  },
}

/** Trees that have learnt, with what they say of rows in the units of training: logits, or scaled values. */
interface GrownTrees {
  readonly outputs: (rows: Uint32Array) => Float64Array
  readonly size: RivalSize
}

/** Boosts trees on the rows that retraining learns from; undefined where the data are not for them. */
export async function grownTrees(
  trial: RivalTrial,
  pause: () => Promise<void>,
): Promise<GrownTrees | undefined> {
  const { data } = trial
  const { dataset, splits } = data
  const rows = learntRows(splits)
  const plan = treePlanOf(data)
  if (!plan) return undefined
  const { features, width } = plan
  const sampledRows = plan.rows < rows.length ? drawn(rows, plan.rows, trial) : rows
  const isOfClasses = dataset.task.kind === 'classification'
  const boosted = await boost(
    sampleOf(data, sampledRows, features, width),
    sampleOf(data, splits.validation, features, width),
    { features, width, loss: lossFor(trial) },
    { ...growth, leastWeight: isOfClasses ? 1 : 5, rounds: plan.rounds },
    pause,
  )
  return {
    outputs: (some) => {
      const predictions = predictBoosted(boosted, gather(data.inputs, features, some))
      if (isOfClasses) return predictions
      const from = lastValues(dataset, data.inputs, some)
      return predictions.map((value, i) => value + from[i]!)
    },
    size: {
      nodes: nodesOf(boosted),
      rounds: boosted.trees.length,
      ...(sampledRows.length < rows.length && { rows: sampledRows.length }),
    },
  }
}

/** How trees learn from data, as `planFor` says; undefined where the data are not for them. */
export function treePlanOf({ dataset, splits }: PreparedData) {
  const features = dataset.shape.reduce((product, n) => product * n, 1)
  const width = outputsOf(dataset.task)
  const plan = planFor({ rows: learntRows(splits).length, features, width })
  return plan && { ...plan, features, width }
}

/** The loss that the network has or is chosen by, as far as trees know it. */
function lossFor({ data, metric, task }: RivalTrial): BoostingLoss {
  if (data.dataset.task.kind === 'classification') return crossEntropyOf(data.emphasis?.priors)
  return task === 'mae' || metric === 'mae' || metric === 'median-error' ? absolutes : squares
}

/** Logits whose probabilities are those of the data, whatever classes were emphasised by, as the network's are. */
const natural = (logits: Float64Array, { emphasis }: PreparedData): Float64Array =>
  emphasis ? logits.map((value, i) => value - Math.log(emphasis.priors[i % emphasis.priors.length]!)) : logits

/**
 * How many rows are learnt from, in how many rounds at most, and the work of a round. A tree passes each row at each of six depths,
 * where half of them are counted, and looks at the ranges of each feature in at most 64 nodes.
 */
export function planFor({ rows, features, width }: { rows: number; features: number; width: number }) {
  if (rows === 0 || features === 0 || features > mostFeatures) return undefined
  const nodes = 2 ** growth.depth
  const perRow = width * features * (growth.depth / 2)
  const perRound = (n: number) => perRow * n + width * features * nodes * Math.min(n, mostRanges)
  const affordable = (mostWork / rounds.wanted - perRound(mostRanges) + perRow * mostRanges) / perRow
  const kept = Math.min(rows, Math.max(fewestRows, Math.floor(affordable)))
  const affordableRounds = Math.min(rounds.most, Math.floor(mostWork / perRound(kept)))
  return affordableRounds < rounds.fewest
    ? undefined
    : { rows: kept, rounds: affordableRounds, perRound: perRound(kept) }
}

const drawn = (rows: Uint32Array, count: number, { random }: RivalTrial): Uint32Array =>
  random
    .stream('rival', 'trees')
    .permutation(rows.length)
    .subarray(0, count)
    .sort()
    .map((i) => rows[i]!)

/** Inputs and targets of some rows: class indices, scaled values, or scaled changes of a forecast. */
function sampleOf(data: PreparedData, rows: Uint32Array, features: number, width: number): Sample {
  const inputs = gather(data.inputs, features, rows)
  if (data.dataset.task.kind === 'classification') return { inputs, targets: gather(data.targets, 1, rows) }
  const from = lastValues(data.dataset, data.inputs, rows)
  return { inputs, targets: Float64Array.from(gather(data.targets, width, rows), (v, i) => v - from[i]!) }
}
