import * as tf from '@tensorflow/tfjs-core'
import { accumulate } from './functions/accumulate.js'
import { GradientSums } from './gradient-sums.js'
import type { Graph } from './graph.js'
import { primitiveOf, readsOf } from './primitives/index.js'
import type { ForwardArguments, Pullback, RunContext } from './primitives/types.js'
import type { PassObserver } from './profile.js'
import { programOf, type Instruction, type Program } from './program.js'

/** What a pass needs besides the graph. */
export interface RunOptions extends Omit<RunContext, 'slopes'> {
  /** The batch, [N, …input shape]. The caller keeps ownership of it. */
  readonly input: tf.Tensor
  /** A parameter by its full name, `${node id}:${name}`. */
  readonly parameter: (name: string) => tf.Tensor
  /** Called after each instruction of a training pass, if given. */
  readonly observe?: PassObserver | undefined
}

/** Computes the outputs of a program in which nothing is trained. The caller owns the outputs. */
export function runForward(program: Program, options: RunOptions): Record<string, tf.Tensor> {
  const values = new Values(options)
  try {
    for (const instruction of program.forward) values.compute(instruction)
    return values.take(program.outputs)
  } finally {
    values.dispose()
  }
}

/**
 * Computes the outputs of the named roles, and only the nodes that they need. Each value is freed after its
 * last reader. The caller owns the outputs.
 */
export function run<Role extends string>(
  graph: Graph,
  roles: readonly Role[],
  options: RunOptions,
): Record<Role, tf.Tensor> {
  return runForward(programOf(graph, { roles }), options)
}

/** Gradients of trained parameters by full name, and of mixture weights by group. The caller owns them. */
export interface GraphGradients {
  readonly parameters: Map<string, tf.Tensor>
  readonly mixtures: Map<string, tf.Tensor1D>
}

/**
 * Runs a program forward and backward. `seed` receives the outputs by role and the taps by id. It returns
 * gradients of those that have one; these tensors are taken over and freed. Apart from the result, nothing is
 * kept.
 */
export function runGradients(
  program: Program,
  options: RunOptions,
  seed: (outputs: Readonly<Record<string, tf.Tensor>>) => Readonly<Record<string, tf.Tensor>>,
): GraphGradients {
  const values = new Values(options)
  const gradients: GraphGradients = { parameters: new Map(), mixtures: new Map() }
  const execute = (instruction: Instruction): void => {
    const start = performance.now()
    if (instruction.run === 'backward') values.pullBack(instruction, gradients)
    else values.compute(instruction)
    options.observe?.(instruction, options.input.shape[0], performance.now() - start)
  }
  try {
    program.forward.forEach(execute)
    const outputs = Object.entries(program.outputs)
    const upstream = seed(Object.fromEntries(outputs.map(([role, id]) => [role, values.of(id)])))
    for (const [role, id] of outputs) if (upstream[role]) values.addGradient(id, upstream[role])
    program.backward.forEach(execute)
    return gradients
  } catch (error) {
    tf.dispose([...gradients.parameters.values(), ...gradients.mixtures.values()])
    throw error
  } finally {
    values.dispose()
  }
}

/** Owns the values and gradients of one pass. */
class Values {
  readonly #values = new Map<string, tf.Tensor>()
  readonly #gradients = new GradientSums()
  readonly #options: RunOptions
  readonly #context: RunContext

  constructor(options: RunOptions) {
    this.#options = options
    this.#context = { ...options, slopes: new Map() }
  }

  of(id: string): tf.Tensor {
    const value = this.#values.get(id)
    if (!value) throw new Error(`value read after it was freed: ${id}`)
    return value
  }

  compute({ node, free }: Instruction): void {
    const value =
      node.kind === 'input'
        ? this.#options.input.clone()
        : tf.tidy(() => {
            const inputs = node.inputs.map((id) => this.of(id))
            const output = primitiveOf(node.kind).forward({ ...this.#arguments(node), inputs })
            // Every node has a tensor of its own, so that freeing one value does not free another.
            return inputs.includes(output) ? output.clone() : output
          })
    // An output's value still exists when its node is computed again.
    this.#free(node.id)
    this.#values.set(node.id, value)
    free.forEach((id) => this.#free(id))
  }

  pullBack({ node, shapes, free, wanted }: Instruction, into: GraphGradients): void {
    const dy = this.#gradients.of(node.id)
    if (dy) {
      const reads = readsOf(node)
      const readsInputs = reads.inputs === 'always' || (reads.inputs === 'own' && wanted.trained)
      const batch = dy.shape[0]
      const sums = node.inputs.map((id, i) =>
        wanted.inputs[i] && node.inputs.indexOf(id) === i ? this.#gradients.addable(id) : undefined,
      )
      const pulled = tf.tidy(() =>
        owned(
          primitiveOf(node.kind).backward({
            ...this.#arguments(node),
            inputs: readsInputs ? node.inputs.map((id) => this.of(id)) : [],
            shapes: shapes.map((shape) => [batch, ...shape]),
            output: reads.output ? this.of(node.id) : dy,
            dy,
            sums,
            wanted,
          }),
          dy,
          wanted,
        ),
      )
      node.inputs.forEach((id, i) => {
        const gradient = pulled.inputs[i]
        if (gradient && gradient !== sums[i]) this.addGradient(id, gradient)
      })
      this.#gradients.free(node.id)
      for (const [name, gradient] of Object.entries(pulled.parameters))
        into.parameters.set(fullName(node.id, name), gradient)
      if (pulled.mixture) addMixture(into.mixtures, node.attrs.group as string, pulled.mixture)
    }
    free.forEach((id) => this.#free(id))
  }

  /** Takes over a gradient of a value. */
  addGradient(id: string, gradient: tf.Tensor): void {
    this.#gradients.add(id, gradient)
  }

  /** Returns the values of the given ids; the caller owns them. */
  take(ids: Readonly<Record<string, string>>): Record<string, tf.Tensor> {
    // Two roles may name one node.
    return Object.fromEntries(Object.entries(ids).map(([role, id]) => [role, this.of(id).clone()]))
  }

  dispose(): void {
    tf.dispose([...this.#values.values(), ...this.#context.slopes.values()])
    this.#values.clear()
    this.#gradients.dispose()
  }

  #arguments(node: Instruction['node']): Omit<ForwardArguments, 'inputs'> {
    const { parameter } = this.#options
    return {
      node: node.id,
      attrs: node.attrs,
      parameter: (name) => parameter(fullName(node.id, name)),
      context: this.#context,
    }
  }

  #free(id: string): void {
    this.#values.get(id)?.dispose()
    this.#values.delete(id)
  }
}

/**
 * A parameter's full name. A fused node has parameters of several nodes and names those of other nodes in
 * full.
 */
const fullName = (node: string, name: string): string => (name.includes(':') ? name : `${node}:${name}`)

function addMixture(sums: Map<string, tf.Tensor1D>, group: string, gradient: tf.Tensor1D): void {
  const total = sums.get(group)
  sums.set(group, total ? accumulate(total, gradient) : gradient)
}

/**
 * The wanted part of a pullback. Several inputs may have one gradient, such as the dy of an `add`; a
 * parameter or a gate has a tensor of its own.
 */
function owned({ inputs, parameters = {}, mixture }: Pullback, dy: tf.Tensor, wanted: Instruction['wanted']) {
  const seen = new Set([dy, ...inputs])
  const cloneShared = (tensor: tf.Tensor): tf.Tensor => {
    if (seen.has(tensor)) return tensor.clone()
    seen.add(tensor)
    return tensor
  }
  return {
    inputs: inputs.map((tensor, i) => (wanted.inputs[i] ? tensor : undefined)),
    parameters: wanted.trained
      ? Object.fromEntries(Object.entries(parameters).map(([name, tensor]) => [name, cloneShared(tensor)]))
      : {},
    mixture: wanted.trained ? mixture : undefined,
  }
}
