import * as tf from '@tensorflow/tfjs-core'
import type { RandomSource } from '../../src/base/random.js'
import { parametersOf } from '../../src/nn/cost.js'
import type { Graph } from '../../src/nn/graph.js'
import { sizeOf } from '../../src/nn/primitives/types.js'
import { run } from '../../src/nn/run.js'

export type Values = ReadonlyMap<string, Float32Array>

/** `size` draws from the standard normal distribution. */
export function normals(random: RandomSource, name: string, size: number): Float32Array {
  const stream = random.stream('test', name)
  return Float32Array.from({ length: size }, () => stream.normal())
}

/** A value for every parameter of a graph: normal; variances above 0.5, scales near 1, offsets near 0. */
export function randomValues(graph: Graph, random: RandomSource): Map<string, Float32Array> {
  return new Map(
    parametersOf(graph).map(({ name, shape }) => {
      const values = normals(random, name, sizeOf(shape))
      if (name.endsWith(':variance')) return [name, values.map((v) => 0.5 + v * v)]
      if (name.endsWith(':scale')) return [name, values.map((v) => 1 + 0.2 * v)]
      if (name.endsWith(':offset')) return [name, values.map((v) => 0.2 * v)]
      return [name, values]
    }),
  )
}

export interface Numbers {
  /** Rows × the graph's input shape. */
  readonly input: Float32Array
  readonly parameters: Values
  /** Mixture weights by group. */
  readonly gates?: Readonly<Record<string, readonly number[]>>
  readonly training?: boolean
}

/** The outputs of one role, as numbers; leaves no tensor behind. */
export function outputOf(graph: Graph, role: string, numbers: Numbers): Float32Array {
  return tf.tidy(() => outputTensor(graph, role, numbers).dataSync<'float32'>().slice())
}

/** The same as a tensor, differentiable in `leaves` by parameter name, `input` and `gates/GROUP`. */
export function outputTensor(
  graph: Graph,
  role: string,
  { input, parameters, gates = {}, training = false }: Numbers,
  leaves: ReadonlyMap<string, tf.Tensor> = new Map(),
): tf.Tensor {
  const shapes = new Map(parametersOf(graph).map(({ name, shape }) => [name, [...shape]]))
  const inputShape = graph.nodes[0]!.shape
  const outputs = run(graph, [role], {
    input: leaves.get('input') ?? tf.tensor(input, [input.length / sizeOf(inputShape), ...inputShape]),
    training,
    parameter: (name) => leaves.get(name) ?? tf.tensor(parameters.get(name)!, shapes.get(name)),
    mixture: (group) => (leaves.get(`gates/${group}`) ?? tf.tensor1d([...gates[group]!])) as tf.Tensor1D,
    observe: (_node, { mean, variance }) => tf.dispose([mean, variance]),
  })
  return outputs[role]!
}
