import * as tf from '@tensorflow/tfjs-core'
import { randomSource, type RandomSource } from '../../src/base/random.js'
import { parametersOf } from '../../src/nn/cost.js'
import type { Graph } from '../../src/nn/graph.js'
import { sizeOf } from '../../src/nn/primitives/types.js'
import { compileProgram } from '../../src/nn/program.js'
import { run, runGradients, type RunOptions } from '../../src/nn/run.js'

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
  /** The share of its rate with which each drop-path node drops. */
  readonly dropPath?: number | undefined
  /** Random numbers of a pass; those of one seed where nothing else is said. */
  readonly random?: RunOptions['random']
}

/** The outputs of one role, as numbers; leaves no tensor behind. */
export function outputOf(graph: Graph, role: string, numbers: Numbers): Float32Array {
  return tf.tidy(() => {
    const { statistics, ...options } = optionsOf(graph, numbers)
    const output = run(graph, [role], { ...options, statistics })
      [role]!.dataSync<'float32'>()
      .slice()
    for (const { mean, variance } of statistics.values()) tf.dispose([mean, variance])
    return output
  })
}

/**
 * The gradients of a role's output under an upstream gradient, by parameter name, `input:gradient` and
 * `gates/GROUP`; leaves no tensor behind.
 */
export function gradientsOf(
  graph: Graph,
  role: string,
  numbers: Numbers,
  upstream: Float32Array,
  again: ReadonlySet<number> = new Set(),
): Map<string, Float32Array> {
  const gradients = new Map<string, Float32Array>()
  tf.tidy(() => {
    const options = optionsOf(graph, numbers)
    const program = compileProgram(graph, {
      roles: [role],
      trained: new Set(graph.nodes.map(({ id }) => id)),
      again,
    })
    const { parameters, mixtures } = runGradients(program, options, (outputs) => ({
      [role]: tf.tensor(upstream, outputs[role]!.shape),
    }))
    for (const { mean, variance } of options.statistics.values()) tf.dispose([mean, variance])
    const all: [string, tf.Tensor][] = [
      ...parameters,
      ...[...mixtures].map(([group, tensor]): [string, tf.Tensor] => [`gates/${group}`, tensor]),
    ]
    for (const [name, tensor] of all) gradients.set(name, tensor.dataSync<'float32'>().slice())
  })
  return gradients
}

function optionsOf(graph: Graph, numbers: Numbers): RunOptions {
  const { input, parameters, gates = {}, training = false, dropPath } = numbers
  const shapes = new Map(parametersOf(graph).map(({ name, shape }) => [name, [...shape]]))
  const inputShape = graph.nodes[0]!.shape
  return {
    input: tf.tensor(input, [input.length / sizeOf(inputShape), ...inputShape]),
    training,
    parameter: (name) => tf.tensor(parameters.get(name)!, shapes.get(name)),
    mixture: (group) => tf.tensor1d([...gates[group]!]),
    statistics: new Map(),
    random: 'random' in numbers ? numbers.random : (purpose, node) => randomSource(3).stream(purpose, node),
    dropPath: dropPath === undefined ? undefined : () => dropPath,
  }
}
