import * as tf from '@tensorflow/tfjs-core'
import type { Config } from '../config/config-schema.js'
import { cut } from '../nn/parameter-store.js'
import type { Slice } from '../nn/transform.js'

export type OptimizerOptions = Config['search']['weights']

/** Steps weight tensors and owns the slots that this needs; dispose it. */
export interface Optimizer {
  /** The new value of a parameter; the caller owns it. Call it outside a tidy, or keep the slots alive. */
  step(name: string, value: tf.Tensor, gradient: tf.Tensor, learningRate: number): tf.Tensor
  /** Follows pruning: slots are cut with their parameters, those of parameters not in `alive` are freed. */
  follow(alive: ReadonlySet<string>, slices: ReadonlyMap<string, readonly Slice[]>): void
  /** Copies of all slots, for a checkpoint. */
  values(): Map<string, Float32Array>
  /** Puts slots back; `shapeOf` gives the parameter's shape. */
  restore(values: ReadonlyMap<string, Float32Array>, shapeOf: (name: string) => number[]): void
  dispose(): void
}

/** Learning rate at iteration t of T: cosine decay from the rate to its minimum (arXiv:1608.03983), or constant. */
export function learningRateAt(
  { learningRate, minLearningRate, decay }: OptimizerOptions,
  t: number,
  steps: number,
): number {
  if (decay === 'constant') return learningRate
  return minLearningRate + ((learningRate - minLearningRate) * (1 + Math.cos((Math.PI * t) / steps))) / 2
}

/** The optimizer that the options name. */
export function optimizer(options: Pick<OptimizerOptions, 'optimizer' | 'momentum'>): Optimizer {
  const slots = new Slots()
  const rule = options.optimizer === 'adam' ? adam(slots) : sgd(slots, options.momentum)
  return {
    step: rule,
    follow: (alive, slices) => slots.follow(alive, slices),
    values: () => slots.values(),
    restore: (values, shapeOf) => slots.restore(values, shapeOf),
    dispose: () => slots.follow(new Set(), new Map()),
  }
}

/** v ← m v + g, w ← w − η v: SGD with momentum as PyTorch has it. */
const sgd =
  (slots: Slots, momentum: number): Optimizer['step'] =>
  (name, value, gradient, learningRate) =>
    tf.tidy(() => {
      const velocity = slots.update(name, 'velocity', (old) =>
        old ? tf.add(tf.mul(old, momentum), gradient) : tf.clone(gradient),
      )
      return tf.sub(value, tf.mul(velocity, learningRate))
    })

/** Adam (arXiv:1412.6980) with β = 0.9, 0.999; ε = 1e-8. The step count is a slot too. */
const adam =
  (slots: Slots): Optimizer['step'] =>
  (name, value, gradient, learningRate) =>
    tf.tidy(() => {
      const first = slots.update(name, 'first', (old) => tf.add(tf.mul(old ?? 0, 0.9), tf.mul(gradient, 0.1)))
      const second = slots.update(name, 'second', (old) =>
        tf.add(tf.mul(old ?? 0, 0.999), tf.mul(tf.square(gradient), 0.001)),
      )
      const count = slots.count(name)
      const scale = learningRate / (1 - 0.9 ** count)
      const root = tf.add(tf.sqrt(tf.div(second, 1 - 0.999 ** count)), 1e-8)
      return tf.sub(value, tf.mul(scale, tf.div(first, root)))
    })

/** Optimizer state by `${parameter}#${slot}`. */
class Slots {
  readonly #tensors = new Map<string, tf.Tensor>()
  readonly #counts = new Map<string, number>()

  update(name: string, slot: string, next: (old: tf.Tensor | undefined) => tf.Tensor): tf.Tensor {
    const key = `${name}#${slot}`
    const old = this.#tensors.get(key)
    const value = tf.keep(next(old))
    old?.dispose()
    this.#tensors.set(key, value)
    return value
  }

  count(name: string): number {
    const next = (this.#counts.get(name) ?? 0) + 1
    this.#counts.set(name, next)
    return next
  }

  follow(alive: ReadonlySet<string>, slices: ReadonlyMap<string, readonly Slice[]>): void {
    for (const [key, tensor] of [...this.#tensors]) {
      const name = key.slice(0, key.lastIndexOf('#'))
      if (!alive.has(name)) {
        tensor.dispose()
        this.#tensors.delete(key)
        this.#counts.delete(name)
      } else if (slices.has(name)) {
        this.#tensors.set(key, cut(tensor, slices.get(name)!))
        tensor.dispose()
      }
    }
  }

  values(): Map<string, Float32Array> {
    const values = new Map(
      [...this.#tensors].map(([key, tensor]) => [key, tensor.dataSync<'float32'>().slice()]),
    )
    for (const [name, count] of this.#counts) values.set(`${name}#count`, Float32Array.of(count))
    return values
  }

  restore(values: ReadonlyMap<string, Float32Array>, shapeOf: (name: string) => number[]): void {
    for (const [key, value] of values) {
      const at = key.lastIndexOf('#')
      const name = key.slice(0, at)
      if (key.slice(at) === '#count') this.#counts.set(name, value[0]!)
      else this.#tensors.set(key, tf.tensor(value, shapeOf(name)))
    }
  }
}
