import * as tf from '@tensorflow/tfjs-core'
import { addTo, mayAddTo } from './functions/accumulate.js'

/**
 * The gradients of a pass's values, summed over their readers. A tensor may be the gradient of several values
 * at once, as that of a sum is of all that it adds. It is then not copied but shared, and freed with its last
 * value.
 */
export class GradientSums {
  readonly #sums = new Map<string, tf.Tensor>()
  /** The number of values whose gradient a tensor is. */
  readonly #holders = new Map<tf.Tensor, number>()

  of(id: string): tf.Tensor | undefined {
    return this.#sums.get(id)
  }

  /** The current gradient of a value, if nothing else uses its memory. */
  addable(id: string): tf.Tensor | undefined {
    const sum = this.#sums.get(id)
    return sum && this.#holders.get(sum) === 1 && mayAddTo(sum) ? sum : undefined
  }

  /**
   * Adds to the gradient of a value. It takes over a tensor that is not yet the gradient of another value.
   */
  add(id: string, gradient: tf.Tensor): void {
    const total = this.#sums.get(id)
    if (!total) return this.#hold(id, gradient)
    const sum = this.#holders.get(total) === 1 ? addTo(total, gradient) : tf.add(total, gradient)
    if (sum !== total) {
      this.free(id)
      this.#hold(id, sum)
    }
    if (!this.#holders.has(gradient)) gradient.dispose()
  }

  /** Forgets the gradient of a value. */
  free(id: string): void {
    const sum = this.#sums.get(id)
    if (!sum) return
    this.#sums.delete(id)
    const others = this.#holders.get(sum)! - 1
    if (others > 0) {
      this.#holders.set(sum, others)
      return
    }
    this.#holders.delete(sum)
    sum.dispose()
  }

  dispose(): void {
    for (const id of [...this.#sums.keys()]) this.free(id)
  }

  #hold(id: string, gradient: tf.Tensor): void {
    this.#sums.set(id, gradient)
    this.#holders.set(gradient, (this.#holders.get(gradient) ?? 0) + 1)
  }
}
