import * as tf from '@tensorflow/tfjs-core'
import type { RandomSource } from '../base/random.js'
import { parametersOf, type NamedParameter } from './cost.js'
import type { Graph } from './graph.js'
import { initialValues } from './initialisers.js'
import { overwrite } from './overwrite.js'
import type { Slice } from './slice.js'
import type { Transformed } from './transform.js'

/**
 * Owns the arrays of one network: a tensor for every parameter of its graph, which lives until it is replaced
 * or removed, or the store is disposed.
 */
export class ParameterStore {
  #specs: readonly NamedParameter[] = []
  readonly #tensors = new Map<string, tf.Tensor>()

  /**
   * A store of a graph's parameters with the given `values`, or freshly initialised where `values` lacks the
   * name.
   */
  static of(graph: Graph, random: RandomSource, values?: ReadonlyMap<string, Float32Array>): ParameterStore {
    const store = new ParameterStore()
    store.begin(graph, random, values)
    return store
  }

  /** Disposes all tensors and initialises the store again, as `of` does. */
  begin(graph: Graph, random: RandomSource, values?: ReadonlyMap<string, Float32Array>): void {
    this.dispose()
    this.#specs = parametersOf(graph)
    for (const { name, shape, init } of this.#specs) {
      const initial = values?.get(name) ?? initialValues(init, shape, random, name)
      this.#tensors.set(name, tf.keep(tf.tensor(initial, [...shape])))
    }
  }

  /**
   * A store of a graph's parameters that takes them all from `values`; only those initialised to a constant
   * may be missing. Throws if another is.
   */
  static filled(graph: Graph, values: ReadonlyMap<string, Float32Array>): ParameterStore {
    const missing = parametersOf(graph).find(
      ({ name, init }) => !values.has(name) && init !== 'zeros' && init !== 'ones',
    )
    if (missing) throw new Error(`no value for parameter ${missing.name}`)
    return ParameterStore.of(graph, noRandom, values)
  }

  /** The parameters in the graph's order. */
  get specs(): readonly NamedParameter[] {
    return this.#specs
  }

  /** A parameter's tensor; it belongs to the store. */
  get(name: string): tf.Tensor {
    const tensor = this.#tensors.get(name)
    if (!tensor) throw new Error(`unknown parameter: ${name}`)
    return tensor
  }

  /**
   * Takes ownership of `tensor` as the new value. If the old tensor's memory may be overwritten, the numbers
   * are copied into it and `tensor` is disposed; otherwise the old tensor is disposed.
   */
  set(name: string, tensor: tf.Tensor): void {
    const before = this.get(name)
    if (before === tensor) return
    // Recorded steps read a parameter at the address that it had when they were recorded.
    if (overwrite(before, tensor)) return
    before.dispose()
    this.#tensors.set(name, tf.keep(tensor))
  }

  /**
   * Follows a change of the graph: cuts the parameters that were cut and disposes those that were removed.
   */
  apply({ graph, slices }: Transformed): void {
    this.#specs = parametersOf(graph)
    const alive = new Set(this.#specs.map((spec) => spec.name))
    for (const [name, tensor] of [...this.#tensors]) {
      if (!alive.has(name)) {
        tensor.dispose()
        this.#tensors.delete(name)
      } else if (slices.has(name)) {
        this.set(name, sliced(tensor, slices.get(name)!))
      }
    }
  }

  /** Copies of all values by name, in order. */
  values(): Map<string, Float32Array> {
    return new Map(this.#specs.map(({ name }) => [name, this.get(name).dataSync<'float32'>().slice()]))
  }

  dispose(): void {
    tf.dispose([...this.#tensors.values()])
    this.#tensors.clear()
  }
}

/** A tensor that keeps only the indices of the given slices. The caller owns the result. */
export function sliced(tensor: tf.Tensor, slices: readonly Slice[]): tf.Tensor {
  return tf.tidy(() =>
    slices.reduce(
      (value, { axis, indices }) => tf.gather(value, tf.tensor1d([...indices], 'int32'), axis),
      tensor,
    ),
  )
}

const noRandom: RandomSource = {
  seed: 0,
  stream(purpose) {
    throw new Error(`nothing is drawn here: ${purpose}`)
  },
}
