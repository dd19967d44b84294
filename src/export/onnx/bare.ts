import type { PlainNetwork } from '../fold.js'
import { onnxBuilder } from './builder.js'
import { plainNetwork, addNetwork } from './model.js'
import { modelBytes } from './proto.js'

/**
 * The bytes of an ONNX model of a network alone, without preprocessing and labels: from `x` to `y`, float
 * tensors [N, …] with features behind the batch. For measuring how long it takes.
 */
export function bareOnnx(network: PlainNetwork): Uint8Array<ArrayBuffer> {
  const { nodes, outputs } = network.graph
  const shapeOf = (id: string) => featuresFirst(nodes.find((node) => node.id === id)!.shape)
  const to = onnxBuilder()
  const [x, y] = [to.name('x'), to.name('y')]
  to.output(
    y,
    addNetwork(to, plainNetwork(network), () => x),
  )
  return modelBytes({
    name: 'network',
    version: '',
    about: 'a network alone',
    inputs: [{ name: x, type: 'float', dims: ['N', ...shapeOf(inputOf(network))], about: '' }],
    outputs: [{ name: y, type: 'float', dims: ['N', ...shapeOf(outputs.task!)], about: '' }],
    nodes: to.nodes,
    initialisers: to.initialisers,
    metadata: {},
  })
}

const inputOf = ({ graph }: PlainNetwork): string => graph.nodes.find(({ kind }) => kind === 'input')!.id

const featuresFirst = (shape: readonly number[]): number[] => [shape.at(-1)!, ...shape.slice(0, -1)]
