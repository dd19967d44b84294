import type { LayersModel } from '@tensorflow/tfjs-layers'
import { InputError } from '../base/errors.js'
import { tableOf, type Content } from '../data/content.js'
import { encodeContent } from '../data/records.js'
import { bent, scale, unscale } from '../data/scale.js'
import { outputsOf, type PreparedData } from '../data/types.js'
import type { PlainNetwork } from '../export/fold.js'
import { toLayersModel } from '../export/layers.js'
import { scalesApart } from '../export/outside.js'
import { saveModel } from '../export/save.js'
import { softmax, type Verification } from '../export/verify.js'
import { ParameterStore } from '../nn/parameter-store.js'
import { metrics, type MetricName } from '../objective/metrics.js'
import { taskOutputs } from '../train/evaluate.js'
import { discreteNetwork } from '../train/network.js'
import { targetRows, type Targets } from './data.js'
import {
  areRecords,
  arraysOf,
  flat,
  placesOf,
  recordsTable,
  type ArrayLike,
  type PlainRecord,
} from './values.js'

/** New rows: as the data that were searched, without targets. */
export type Inputs = ArrayLike | readonly PlainRecord[]

/** A class label, a number, or several numbers: what a model says of a row. */
export type Prediction = string | number | number[]

/** A trained network with its preprocessing inside. Holds no tensors: nothing is to be disposed. */
export interface Model {
  readonly task: PreparedData['dataset']['task']
  /** The metric that it was chosen by. */
  readonly metric: MetricName
  /** The label of the most probable class of each row, or its value, or its values where there are several outputs. */
  readonly predict: (x: Inputs) => Prediction[]
  /** The probability of each class of `task.classes`, a row each. Only for classes. */
  readonly probabilities: (x: Inputs) => number[][]
  /** `metric`, or another one, on rows whose targets are known. */
  readonly evaluate: (x: Inputs, y: Targets, metric?: MetricName) => number
  /** Writes it as a LayersModel with its preprocessing beside it, reads it again and compares: `sentei predict` takes it. */
  readonly save: (folder: string) => Promise<Verification>
  /** The same as a LayersModel of tfjs-layers, the caller's to dispose; it takes inputs as `save` describes them. */
  readonly toLayersModel: () => LayersModel
}

/** What a model is made of. */
export interface ModelParts extends PlainNetwork {
  readonly name: string
  readonly data: PreparedData
  readonly metric: MetricName
}

/** The model of a trained network. */
export function modelOf({ name, data, metric, graph, values }: ModelParts): Model {
  const { task } = data.dataset
  const width = outputsOf(task)
  const classes = task.kind === 'classification' ? task.classes : undefined

  /** Logits, or values in original units, rows × width. */
  const outputsFor = (x: Inputs): Float64Array => {
    const { rows, inputs } = encodeContent(data.dataset.encoding, contentOf(x, data))
    const { scaler } = data
    const scaled = bent(scale(inputs, scaler.input, scaler.fill), scaler)
    const store = ParameterStore.filled(graph, values)
    try {
      const all = Uint32Array.from({ length: rows }, (_, row) => row)
      return unscale(
        taskOutputs(discreteNetwork(graph, store), { ...data, inputs: scaled }, all),
        scaler.target,
      )
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
    predict(x) {
      const rows = rowsOf(outputsFor(x))
      if (classes) return rows.map((logits) => classes[logits.indexOf(Math.max(...logits))]!)
      return width === 1 ? rows.map(([value]) => value!) : rows
    },
    probabilities(x) {
      if (!classes)
        throw new InputError(`probabilities: expected a model of classes, got one of ${task.kind}`)
      const logits = outputsFor(x)
      return rowsOf(softmax(logits, logits.length / width))
    },
    evaluate(x, y, other = metric) {
      const outputs = outputsFor(x)
      const rows = targetRows(y, outputs.length / width, 'y', classes ? 'classification' : 'regression')
      return metrics[other].value(
        outputs,
        classes ? rows.map(([y], i) => placeOf(y!, classes, i)) : rows.flat().map(Number),
        width,
      )
    },
    save: (folder) => saveModel({ name, data, metric, graph, values }, folder),
    toLayersModel: () =>
      toLayersModel({
        ...{ name, graph, values, task },
        scales: scalesApart(data.scaler).inside,
        bend: data.scaler.bend,
      }),
  }
}

/** The place of a class, given by its name or, as one-hot rows are read, by its number. */
function placeOf(label: string | number, classes: readonly string[], row: number): number {
  const place = classes.indexOf(String(label))
  if (place >= 0) return place
  throw new InputError(`y[${row}]: expected one of ${classes.join(', ')}, got ${label}`)
}

/** New rows as a reader would give them. */
function contentOf(x: Inputs, { dataset }: PreparedData): Content {
  if (areRecords(x)) return recordsTable(x, 'x')
  const { encoding, shape } = dataset
  const isTyped = ArrayBuffer.isView(x)
  const values = isTyped
    ? flat(
        { values: x as unknown as Float32Array, shape: rowShape(x as unknown as Float32Array, shape) },
        'x',
      )
    : flat(x, 'x')
  if (encoding.shape) return arraysOf(values, 'x')
  // A table's rows without names: its columns in their order.
  const names = encoding.columns.map(({ name }) => name)
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

/** The shape of flat numbers that are whole rows. */
function rowShape({ length }: Float32Array, example: readonly number[]): number[] {
  const size = example.reduce((product, n) => product * n, 1)
  if (length % size === 0) return [length / size, ...example]
  throw new InputError(
    `x: expected a multiple of ${size} numbers, rows of [${example.join(', ')}], got ${length}`,
  )
}
