import { isDecided } from '../score.js'
import { gather } from '../../data/batches.js'
import type { FloatArray } from '../../data/content.js'
import type { Task } from '../../data/types.js'
import { agreement, networkPredictions, requireSame, type Verified } from '../agreement.js'
import type { TrainedNetwork } from '../trained.js'
import { onnxPreprocess } from './model.js'
import type { OnnxPreprocess } from './raw-inputs.js'
import { rawFeedsOf, rawInputs } from './raw-inputs.js'
import type { OnnxSession } from './session.js'

const batchSize = 256

/**
 * Compares a loaded ONNX model with its network on the test rows (validation or training rows if there are
 * none). Throws if they differ, or if a label is not that of the largest probability.
 */
export async function verifyIn(session: OnnxSession, trained: TrainedNetwork): Promise<Verified> {
  const { data, name } = trained
  const split = (['test', 'validation', 'train'] as const).find((each) => data.splits[each].length > 0)!
  const rows = data.splits[split]
  const { outputs, labels } = await onnxPredictions(
    session,
    onnxPreprocess(trained),
    data.dataset.inputs,
    rows,
  )
  const result = agreement(networkPredictions(trained, data, rows), outputs, rows.length, data)
  requireSame(result, `${name}.onnx`)
  if (labels) requireLabels(labels, outputs, data.dataset.task, name)
  return { ...result, split }
}

/** What an ONNX model predicts, rows × width, and its labels if it has classes. */
export interface OnnxPredictions {
  readonly outputs: Float64Array
  readonly labels?: readonly string[]
}

/** Feeds some rows of encoded inputs (original units, NaN where a cell is missing) as raw cells to a model. */
export async function onnxPredictions(
  session: OnnxSession,
  preprocess: OnnxPreprocess,
  inputs: FloatArray,
  rows: Uint32Array,
): Promise<OnnxPredictions> {
  const { shape, task } = preprocess
  const form = rawInputs(preprocess)
  const length = shape.reduce((product, n) => product * n, 1)
  const outputs: number[] = []
  const labels: string[] = []
  const isClass = task.kind === 'classification'
  for (let from = 0; from < rows.length; from += batchSize) {
    const batch = rows.subarray(from, from + batchSize)
    const results = await session.run(rawFeedsOf(form, gather(inputs, length, batch), shape.at(-1)!))
    const [first, second] = session.outputNames.map((name) => results[name]!)
    for (const value of (isClass ? second! : first!).data as ArrayLike<number> & Iterable<number>)
      outputs.push(value)
    if (isClass) labels.push(...(first!.data as readonly string[]))
  }
  return { outputs: Float64Array.from(outputs), ...(isClass && { labels }) }
}

function requireLabels(labels: readonly string[], outputs: Float64Array, task: Task, name: string): void {
  const classes = task.kind === 'classification' ? task.classes : []
  labels.forEach((label, row) => {
    const rowOutputs = outputs.subarray(row * classes.length, (row + 1) * classes.length)
    if (!isDecided(task, rowOutputs, classes.indexOf(label)))
      throw new Error(
        `${name}.onnx: the label "${label}" of row ${row + 1} is not the class that is decided for`,
      )
  })
}
