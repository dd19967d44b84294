import * as tf from '@tensorflow/tfjs-core'
import { sliced } from '../nn/parameter-store.js'
import type { Slice } from '../nn/slice.js'

/** The optimizer state of one parameter: its slots by name, and how many steps it has taken. */
interface State {
  count: number
  readonly tensors: Map<string, tf.Tensor>
}

/** The optimizer state of all parameters by name. It owns the tensors: call `clear` after use. */
export class Slots {
  readonly #states = new Map<string, State>()

  update(name: string, slot: string, next: (old: tf.Tensor | undefined) => tf.Tensor): tf.Tensor {
    const { tensors } = this.#of(name)
    const old = tensors.get(slot)
    const value = tf.keep(next(old))
    old?.dispose()
    tensors.set(slot, value)
    return value
  }

  /** A slot to be written into; it is created with zeros. */
  zeros(name: string, slot: string, like: tf.Tensor): tf.Tensor {
    const { tensors } = this.#of(name)
    const known = tensors.get(slot)
    if (known) return known
    const tensor = tf.keep(tf.zerosLike(like))
    tensors.set(slot, tensor)
    return tensor
  }

  count(name: string): number {
    return ++this.#of(name).count
  }

  follow(alive: ReadonlySet<string>, slices: ReadonlyMap<string, readonly Slice[]>): void {
    for (const [name, { tensors }] of [...this.#states]) {
      if (!alive.has(name)) {
        tf.dispose([...tensors.values()])
        this.#states.delete(name)
      } else if (slices.has(name))
        for (const [slot, tensor] of [...tensors]) {
          tensors.set(slot, sliced(tensor, slices.get(name)!))
          tensor.dispose()
        }
    }
  }

  values(): Map<string, Float32Array> {
    const values = new Map<string, Float32Array>()
    for (const [name, { tensors }] of this.#states)
      for (const [slot, tensor] of tensors)
        values.set(`${name}#${slot}`, tensor.dataSync<'float32'>().slice())
    for (const [name, { count }] of this.#states)
      if (count > 0) values.set(`${name}#count`, Float32Array.of(count))
    return values
  }

  clear(): void {
    for (const { tensors } of this.#states.values()) tf.dispose([...tensors.values()])
    this.#states.clear()
  }

  restore(values: ReadonlyMap<string, Float32Array>, shapeOf: (name: string) => number[]): void {
    this.clear()
    for (const [key, value] of values) {
      const at = key.lastIndexOf('#')
      const [name, slot] = [key.slice(0, at), key.slice(at + 1)]
      if (slot === 'count') this.#of(name).count = value[0]!
      else this.#of(name).tensors.set(slot, tf.tensor(value, shapeOf(name)))
    }
  }

  #of(name: string): State {
    const known = this.#states.get(name)
    if (known) return known
    const state = { count: 0, tensors: new Map<string, tf.Tensor>() }
    this.#states.set(name, state)
    return state
  }
}
