import type { LayersModel } from '@tensorflow/tfjs-layers'
import { InputError } from '../base/errors.js'
import { gather } from '../data/batches.js'
import { tableOf, type Content } from '../data/content.js'
import { encodeContent } from '../data/encode-content.js'
import { rowStatuses, statusForm } from '../data/row-status.js'
import { bent, scale, unscale } from '../data/scale.js'
import { outputsOf, type PreparedData } from '../data/types.js'
import { softmax } from '../objective/softmax.js'
import { layersModelOf, type TrainedNetwork } from '../export/trained.js'
import { ParameterStore } from '../nn/parameter-store.js'
import { decided } from '../objective/decided.js'
import { optionsOf } from '../objective/metric-options.js'
import { metrics, metricsOf, type MetricName } from '../objective/metrics.js'
import { taskOutputs } from '../train/evaluate.js'
import { discreteNetwork } from '../train/network.js'
import { classPlaces, numberTargets, targetRows, type Targets } from './targets.js'
import {
  areRecords,
  arraysOf,
  flat,
  placesOf,
  recordsTable,
  isTyped,
  type ArrayLike,
  type PlainRecord,
  type TypedArray,
} from './values.js'

/** New rows, in the form of the searched data, without targets. */
export type Inputs = ArrayLike | TypedArray | readonly PlainRecord[]

/** The prediction for a row: a class label as it was given, a number, or several numbers. */
export type Prediction = string | number | boolean | number[]

/** A trained network with its preprocessing. It holds no tensors, so that nothing needs to be disposed. */
export interface Predictor {
  readonly task: PreparedData['dataset']['task']
  /** The metric by which it was chosen. */
  readonly metric: MetricName
  /**
   * For each row, the label of the class that is decided for (the most probable one, unless `classes` of the
   * configuration says otherwise), or the value, or the values if there are several outputs. A row that the
   * model cannot predict has '' for a label and NaN for values; `statuses` says why. Under `strict` it is an error.
   */
  readonly predict: (x: Inputs, options?: PredictorOptions) => Prediction[]
  /**
   * The probability of each class of `task.classes`, one row per row of x, NaN for a row without a prediction.
   * Only for classification.
   */
  readonly probabilities: (x: Inputs, options?: PredictorOptions) => number[][]
  /** For each row `ok`, or what it has that training has not seen or that the model cannot read. */
  readonly statuses: (x: Inputs) => string[]
  /** `metric`, or another metric, on rows with known targets. */
  readonly evaluate: (x: Inputs, y: Targets, metric?: MetricName) => number
  /**
   * Makes a LayersModel of tfjs-layers, which the caller disposes. It takes inputs as its preprocessing
   * describes them.
   */
  readonly toLayersModel: () => LayersModel
}

/** How rows are predicted. */
export interface PredictorOptions {
  /** Whether a row with something that the model does not know is an error. */
  readonly strict?: boolean
}

/** The parts of a model. */
export interface ModelParts extends TrainedNetwork {
  readonly metric: MetricName
  /** The original class labels, numbers or booleans, by the texts into which they were converted. */
  readonly labels?: ReadonlyMap<string, string | number | boolean>
}

/** Makes the predictor of a trained network. */
export function predictorOf({ name, data, metric, graph, values, labels }: ModelParts): Predictor {
  const { task } = data.dataset
  const width = outputsOf(task)
  const deciding = optionsOf(task)
  const classes = task.kind === 'classification' ? task.classes : undefined

  const { encoding, features } = data.dataset
  const encoded = (x: Inputs, { strict }: PredictorOptions = {}) => {
    const records = encodeContent(encoding, contentOf(x, data), { strict, features })
    return { ...records, statuses: rowStatuses(records, statusForm(encoding, features, data.scaler.ranges)) }
  }
  /** Logits, or values in original units, of shape rows × width. */
  const outputsFor = (x: Inputs, options?: PredictorOptions): Float64Array => {
    const { rows, inputs, statuses } = encoded(x, options)
    const { scaler } = data
    const scaled = bent(scale(inputs, scaler.input, scaler.fill), scaler)
    const store = ParameterStore.filled(graph, values)
    try {
      const all = Uint32Array.from({ length: rows }, (_, row) => row)
      const outputs = unscale(
        taskOutputs(discreteNetwork(graph, store), { ...data, inputs: scaled }, all),
        scaler.target,
      )
      return outputs.map((value, i) => (statuses[Math.floor(i / width)]!.refused ? NaN : value))
    } finally {
      store.dispose()
    }
  }
  const rowsOf = (outputs: Float64Array): number[][] =>
    Array.from({ length: outputs.length / width }, (_, row) => [
      ...outputs.subarray(row * width, (row + 1) * width),
    ])

  return {
    task,
    metric,
    predict(x, options) {
      const rows = rowsOf(outputsFor(x, options))
      if (classes)
        return rows.map((logits) => {
          const label = logits.some(Number.isNaN) ? '' : classes[decided(logits, width, 0, deciding)]!
          return labels?.get(label) ?? label
        })
      return width === 1 ? rows.map(([value]) => value!) : rows
    },
    statuses: (x) => encoded(x).statuses.map(({ text }) => text),
    probabilities(x, options) {
      if (!classes)
        throw new InputError(`probabilities: expected a model of classes, got one of ${task.kind}`)
      const logits = outputsFor(x, options)
      return rowsOf(softmax(logits, logits.length / width))
    },
    evaluate(x, y, other = metric) {
      if (!metricsOf[task.kind].includes(other))
        throw new InputError(
          `evaluate: expected one of ${metricsOf[task.kind].join(', ')} of a model of ${task.kind}, got ${other}`,
        )
      const lost = encoded(x).statuses.findIndex(({ refused }) => refused)
      if (lost >= 0)
        throw new InputError(
          `evaluate: expected rows that have a prediction, got row ${lost + 1}: ${encoded(x).statuses[lost]!.text}`,
        )
      const outputs = outputsFor(x)
      const rows = targetRows(y, outputs.length / width, 'y', classes ? 'classification' : 'regression')
      const targets = classes
        ? classPlaces(rows, classes)
        : numberTargets(rows, task.kind === 'classification' ? [] : task.outputs)
      return metrics[other].value(outputs, targets, width, deciding)
    },
    toLayersModel: () => layersModelOf({ name, data, graph, values }),
  }
}

/** The number of rows by which a saved model is verified. */
const checkedRows = 256

/**
 * Reduces data to what a model keeps: its preprocessing, and a few rows to verify a saved model, from
 * validation if that has any.
 */
export function fewRows({ dataset, splits, scaler, inputs, targets }: PreparedData): PreparedData {
  const chosen = (splits.validation.length > 0 ? splits.validation : splits.train).slice(0, checkedRows)
  const size = dataset.inputs.length / dataset.rows
  const perRow = dataset.targets.length / dataset.rows
  const { name, shape, task, features, encoding, hash } = dataset
  const none = new Uint32Array(0)
  return {
    dataset: {
      name,
      shape,
      task,
      features,
      encoding,
      hash,
      rows: chosen.length,
      inputs: gather(dataset.inputs, size, chosen),
      targets: gather(dataset.targets, perRow, chosen),
    },
    splits: { train: none, arch: none, test: none, validation: Uint32Array.from(chosen, (_, i) => i) },
    scaler,
    inputs: gather(inputs, size, chosen),
    targets: gather(targets, perRow, chosen),
  }
}

/** New rows in the form in which a reader would return them. */
function contentOf(x: Inputs, { dataset }: PreparedData): Content {
  if (areRecords(x)) return recordsTable(x, 'x')
  const { encoding, shape } = dataset
  const values = isTyped(x) ? flat({ values: x, shape: rowShape(x, shape) }, 'x') : flat(x, 'x')
  if (encoding.shape) return arraysOf(values, 'x')
  // Rows of a table without names must have its columns in their order.
  const names = encoding.columns.map(({ name }) => name)
  const dates = encoding.columns.find(({ date }) => date !== undefined)?.date
  if (dates)
    throw new InputError(
      `x: expected records, because the column ${JSON.stringify(dates.column)} has dates, got arrays of numbers`,
    )
  const rows = values.shape[0] ?? 0
  if (values.values.length !== rows * names.length)
    throw new InputError(
      `x: expected rows of ${names.length} values (${names.join(', ')}), got the shape [${values.shape.join(', ')}]`,
    )
  const cells = Array.from({ length: rows }, (_, row) => [
    ...values.values.subarray(row * names.length, (row + 1) * names.length),
  ])
  return tableOf({ name: 'x', unit: 'row', places: placesOf(rows), names, rows: cells })
}

/** The shape of flat numbers, which must consist of whole rows. */
function rowShape({ length }: TypedArray, example: readonly number[]): number[] {
  const size = example.reduce((product, n) => product * n, 1)
  if (length % size === 0) return [length / size, ...example]
  throw new InputError(
    `x: expected a multiple of ${size} numbers, rows of [${example.join(', ')}], got ${length}`,
  )
}
