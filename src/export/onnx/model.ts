import type { PreparedData } from '../../data/types.js'
import type { Shape } from '../../nn/graph.js'
import { withoutRandomNodes } from '../evaluation.js'
import { scaleOutput } from '../../nn/scaled-output.js'
import { foldGates, type PlainNetwork } from '../fold.js'
import { preprocessOf } from '../model-content.js'
import { scalesApart } from '../outside.js'
import type { TrainedNetwork } from '../trained.js'
import { withoutZeroNodes } from '../zeros.js'
import { onnxBuilder, type OnnxBuilder } from './builder.js'
import { foldNorms } from './fold-norms.js'
import { writeInputs } from './inputs.js'
import { featuresFirst } from './layout.js'
import { aboutInput, dataMetadata, inputNotes, notesOf, type InputNote } from './metadata.js'
import { writeOutputs } from './outputs.js'
import { modelBytes } from './proto.js'
import { rawInputs, type OnnxPreprocess, type RawInput } from './raw-inputs.js'
import type { OnnxModel, ValueInfo } from './types.js'
import { onnxWriters } from './writers.js'

/** How an ONNX model is written. */
export interface OnnxOptions {
  /** Folds batch norms into the convolutions before them: fewer operators, the same function. */
  readonly foldNorms?: boolean
  /** Texts for the model's metadata, beside those that every model has. */
  readonly metadata?: Readonly<Record<string, string>>
  /** The version of Sentei that is written into the file; empty by default. */
  readonly version?: string
}

/**
 * The bytes of an ONNX model (opset 19) of a trained network. It takes raw cells or pixels: a column each of
 * numbers [N, 1] (NaN is missing) or of texts [N, 1] for tables, [N, steps, 1] for series, otherwise one
 * tensor [N, …shape]. It returns `label` [N] and `probabilities` [N, classes], or `values` [N, outputs] in
 * original units. N is free.
 */
export const toOnnx = (trained: TrainedNetwork, options: OnnxOptions = {}): Uint8Array<ArrayBuffer> =>
  modelBytes(onnxModel(trained, options))

/** The preprocessing of a network's ONNX model. */
export function onnxPreprocess({ data, metric }: TrainedNetwork): OnnxPreprocess {
  return { ...preprocessOf(data, metric), bytes: areBytes(data) }
}

/** The key of the metadata under which `OnnxPreprocess` stands. */
export const preprocessKey = 'sentei.preprocess'

/** The same model as plain data. */
export function onnxModel(trained: TrainedNetwork, options: OnnxOptions = {}): OnnxModel {
  const { name, data } = trained
  const { dataset, scaler } = data
  const { task, encoding } = dataset
  const preprocess = onnxPreprocess(trained)
  const inputs = rawInputs(preprocess)
  const notes = notesOf(trained)
  const noted = inputNotes(preprocess, inputs, notes)
  const to = onnxBuilder()
  for (const input of inputs) to.name(input.name)
  const names = { label: 'label', probabilities: 'probabilities', values: 'values' }
  const outputNames = Object.fromEntries(
    Object.entries(names).map(([key, wanted]) => [key, to.name(wanted)]),
  ) as unknown as typeof names
  const { x, refused } = writeInputs(to, {
    inputs,
    scaler,
    missing: encoding.missing,
    unseen: encoding.unseen,
  })
  const { inside, outside } = scalesApart(scaler)
  const plain = plainNetwork(trained, options)
  const network = task.kind === 'classification' ? plain : scaleOutput(plain, inside.target)
  const predicted = {
    task,
    x: addNetwork(to, network, (shape) => featuresFirst(to, x, shape, 'input/features-first')),
    refused,
    outside: outside.target,
  }
  return {
    name,
    version: options.version ?? '',
    about: `A network that Sentei found for ${dataset.name}; raw values in, ${task.kind === 'classification' ? 'classes' : 'original units'} out.`,
    inputs: inputs.map((input, i) => inputInfo(input, noted[i]!)),
    outputs: writeOutputs(to, predicted, outputNames),
    nodes: to.nodes,
    initialisers: to.initialisers,
    metadata: {
      [preprocessKey]: JSON.stringify(preprocess),
      ...dataMetadata(trained, notes, noted),
      ...options.metadata,
    },
  }
}

/** The network in evaluation, as nodes that have writers. */
export function plainNetwork({ graph, values }: PlainNetwork, options: OnnxOptions = {}): PlainNetwork {
  const folded = foldGates(withoutZeroNodes(withoutRandomNodes({ graph, values })))
  return options.foldNorms ? foldNorms(folded) : folded
}

/** Writes a network behind an input, of which `layOut` gives the layout of `layout.ts`. Returns its task output. */
export function addNetwork(
  to: OnnxBuilder,
  { graph, values }: PlainNetwork,
  layOut: (shape: Shape) => string,
): string {
  const shapes = new Map(graph.nodes.map(({ id, shape }) => [id, shape]))
  const written = new Map<string, string>()
  for (const node of graph.nodes) {
    if (node.kind === 'input') {
      written.set(node.id, layOut(node.shape))
      continue
    }
    const write = onnxWriters[node.kind]
    if (!write) throw new Error(`${node.id}: no ONNX writer for ${node.kind}`)
    const full = (name: string) => `${node.id}:${name}`
    const output = write({
      to,
      node,
      inputs: node.inputs.map((id) => written.get(id)!),
      shapes: node.inputs.map((id) => shapes.get(id)!),
      has: (name) => values.has(full(name)),
      parameter: (name, length, otherwise = 0) =>
        values.get(full(name)) ?? new Float32Array(length).fill(otherwise),
    })
    written.set(node.id, output)
  }
  return written.get(graph.outputs.task!)!
}

const inputInfo = ({ name, type, shape }: RawInput, note: InputNote): ValueInfo => ({
  name,
  type,
  dims: ['N', ...shape],
  about: aboutInput(note),
})

/** Whether all values are bytes, as those of image files are. */
const areBytes = ({ dataset: { encoding, inputs } }: PreparedData): boolean =>
  encoding.kind === 'images' && inputs.every((x) => Number.isInteger(x) && x >= 0 && x <= 255)
