import { gather } from '../../data/batches.js'
import type { TrainedNetwork } from '../trained.js'
import { onnxPreprocess } from './model.js'
import { modelBytes } from './proto.js'
import { namesIn } from './quantize.js'
import { roundedTensors, type Ranges } from './qdq.js'
import { rawFeedsOf, rawInputs } from './raw-inputs.js'
import { onnxSession } from './runtime.js'
import type { NodeProto, OnnxModel } from './types.js'

const batchSize = 256

/**
 * The ranges of the tensors that static quantization rounds: their least and greatest values over the
 * validation rows (the training rows if there are none), computed by onnxruntime-web. Throws an InputError if
 * that package is not installed.
 */
export async function calibratedRanges(model: OnnxModel, trained: TrainedNetwork): Promise<Ranges> {
  const { data } = trained
  const fresh = namesIn(model)
  const watched = [...new Set(roundedTensors(model).values())].map((x): Watched => {
    return { x, least: fresh(`${x}/least`), most: fresh(`${x}/most`) }
  })
  const session = await onnxSession(modelBytes(withRanges(model, watched)), 'calibrates int8-qdq')
  const { splits, dataset } = data
  const rows = splits.validation.length > 0 ? splits.validation : splits.train
  const form = rawInputs(onnxPreprocess(trained))
  const size = dataset.shape.reduce((product, n) => product * n, 1)
  const ranges = new Map(watched.map(({ x }): [string, [number, number]] => [x, [Infinity, -Infinity]]))
  try {
    for (let from = 0; from < rows.length; from += batchSize) {
      const batch = gather(dataset.inputs, size, rows.subarray(from, from + batchSize))
      const outputs = await session.run(rawFeedsOf(form, batch, dataset.shape.at(-1)!))
      const valueOf = (output: string) => outputs[output]!.data[0] as number
      for (const { x, least, most } of watched) {
        const [low, high] = ranges.get(x)!
        ranges.set(x, [Math.min(low, valueOf(least)), Math.max(high, valueOf(most))])
      }
    }
  } finally {
    await session.release()
  }
  return ranges
}

/** A tensor, and the names of the outputs with its least and greatest value. */
interface Watched {
  readonly x: string
  readonly least: string
  readonly most: string
}

/** A model that also returns the least and the greatest value of some tensors. */
function withRanges(model: OnnxModel, watched: readonly Watched[]): OnnxModel {
  const reduce = (type: string, x: string, name: string): NodeProto => ({
    name,
    type,
    inputs: [x],
    outputs: [name],
    attributes: { keepdims: 0 },
  })
  const added = watched.flatMap(({ x, least, most }) => [
    reduce('ReduceMin', x, least),
    reduce('ReduceMax', x, most),
  ])
  const outputs = added.map(({ name }) => ({ name, type: 'float' as const, dims: [], about: '' }))
  return { ...model, nodes: [...model.nodes, ...added], outputs: [...model.outputs, ...outputs] }
}
