import * as tf from '@tensorflow/tfjs-core'
import { adamInPlace, sgdInPlace, type OptimizerRow } from '../backend/wasm/optimizer.js'
import { currentDevice } from '../backend/wasm/training-kernels.js'
import { cut } from '../nn/parameter-store.js'
import type { Slice } from '../nn/slice.js'
import type { OptimizerOptions } from './training.js'

/** Arrays by name that a step reads and replaces, such as a parameter store. */
export interface Arrays {
  get(name: string): tf.Tensor
  /** Takes ownership of the tensor and disposes the old one. */
  set(name: string, tensor: tf.Tensor): void
}

/** The update of one array. */
export interface Update {
  readonly name: string
  readonly gradient: tf.Tensor
  /** λ of ½‖w‖², whose gradient is added to the array's; 0 by default. */
  readonly decay?: number
  /** η λ of ‖w‖₁: the strength of the proximal step that follows the optimizer's; 0 by default. */
  readonly threshold?: number
}

/** Steps arrays and owns the slots that this needs. Dispose it after use. */
export interface Optimizer {
  /**
   * Steps some arrays by their gradients, multiplied by `scale` if given. On wasm all arrays are stepped at
   * once and in their own memory. Call it outside a tidy.
   */
  step(arrays: Arrays, updates: readonly Update[], learningRate: number, scale?: tf.Scalar): void
  /**
   * Follows pruning: slots are cut with their parameters, and those of parameters not in `alive` are freed.
   */
  follow(alive: ReadonlySet<string>, slices: ReadonlyMap<string, readonly Slice[]>): void
  /** Copies of all slots, for a checkpoint. */
  values(): Map<string, Float32Array>
  /** Restores slots in place of the present ones; `shapeOf` gives the shape of a parameter. */
  restore(values: ReadonlyMap<string, Float32Array>, shapeOf: (name: string) => number[]): void
  dispose(): void
}

/**
 * Learning rate at iteration t of T: cosine decay from the rate to its minimum (arXiv:1608.03983), or
 * constant; multiplied by a factor that rises linearly to 1 in the first `warmup` steps.
 */
export function learningRateAt(
  { learningRate, minLearningRate, decay, warmup }: OptimizerOptions,
  t: number,
  steps: number,
): number {
  const rise = t < warmup ? (t + 1) / (warmup + 1) : 1
  if (decay === 'constant') return rise * learningRate
  return (
    rise * (minLearningRate + ((learningRate - minLearningRate) * (1 + Math.cos((Math.PI * t) / steps))) / 2)
  )
}

/** The optimizer that the options name. */
export function optimizer(options: Pick<OptimizerOptions, 'optimizer' | 'momentum' | 'beta2'>): Optimizer {
  const slots = new Slots()
  const rule = options.optimizer === 'adam' ? adam(slots, options.beta2) : sgd(slots, options.momentum)
  return {
    step: rule,
    follow: (alive, slices) => slots.follow(alive, slices),
    values: () => slots.values(),
    restore: (values, shapeOf) => slots.restore(values, shapeOf),
    dispose: () => slots.clear(),
  }
}

/** v ← m v + g, w ← w − η v: SGD with momentum as PyTorch has it. */
const sgd =
  (slots: Slots, momentum: number): Optimizer['step'] =>
  (arrays, updates, rate, scale) => {
    const device = currentDevice()
    if (device)
      return sgdInPlace(device, rowsOf(arrays, updates, slots, ['velocity']), { rate, momentum, scale })
    for (const update of updates)
      composed(arrays, update, scale, (value, gradient) => {
        const velocity = slots.update(update.name, 'velocity', (old) =>
          old ? tf.add(tf.mul(old, momentum), gradient) : tf.clone(gradient),
        )
        return tf.sub(value, tf.mul(velocity, rate))
      })
  }

const [beta1, epsilon] = [0.9, 1e-8]

/** Adam (arXiv:1412.6980) with β₁ = 0.9 and ε = 1e-8. The step count is a slot too. */
const adam =
  (slots: Slots, beta2: number): Optimizer['step'] =>
  (arrays, updates, rate, scale) => {
    const device = currentDevice()
    if (device) {
      // Arrays that were frozen in some phases have taken fewer steps than others.
      for (const [count, same] of groupBy(updates, ({ name }) => slots.count(name)))
        adamInPlace(device, rowsOf(arrays, same, slots, ['first', 'second']), {
          rate,
          beta1,
          beta2,
          epsilon,
          count,
          scale,
        })
      return
    }
    for (const update of updates)
      composed(arrays, update, scale, (value, gradient) => {
        const { name } = update
        const first = slots.update(name, 'first', (old) =>
          tf.add(tf.mul(old ?? 0, beta1), tf.mul(gradient, 1 - beta1)),
        )
        const second = slots.update(name, 'second', (old) =>
          tf.add(tf.mul(old ?? 0, beta2), tf.mul(tf.square(gradient), 1 - beta2)),
        )
        const count = slots.count(name)
        const root = tf.add(tf.sqrt(tf.div(second, 1 - beta2 ** count)), epsilon)
        return tf.sub(value, tf.mul(rate / (1 - beta1 ** count), tf.div(first, root)))
      })
  }

/** One update composed of TensorFlow.js's operations. */
function composed(
  arrays: Arrays,
  { name, gradient, decay = 0, threshold = 0 }: Update,
  scale: tf.Scalar | undefined,
  rule: (value: tf.Tensor, gradient: tf.Tensor) => tf.Tensor,
): void {
  const value = arrays.get(name)
  const next = tf.tidy(() => {
    const scaled = scale ? tf.mul(gradient, scale) : gradient
    const stepped = rule(value, decay === 0 ? scaled : tf.add(scaled, tf.mul(value, decay)))
    return threshold === 0 ? stepped : tf.mul(tf.sign(stepped), tf.relu(tf.sub(tf.abs(stepped), threshold)))
  })
  arrays.set(name, next)
}

function rowsOf(
  arrays: Arrays,
  updates: readonly Update[],
  slots: Slots,
  names: readonly string[],
): OptimizerRow[] {
  return updates.map(({ name, gradient, decay = 0, threshold = 0 }) => {
    const value = arrays.get(name)
    return { value, gradient, slots: names.map((slot) => slots.zeros(name, slot, value)), decay, threshold }
  })
}

function groupBy<T, Key>(items: readonly T[], keyOf: (item: T) => Key): Map<Key, T[]> {
  const groups = new Map<Key, T[]>()
  for (const item of items) {
    const key = keyOf(item)
    groups.set(key, [...(groups.get(key) ?? []), item])
  }
  return groups
}

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

  /** A slot to be written into; it is created with zeros. */
  zeros(name: string, slot: string, like: tf.Tensor): tf.Tensor {
    const key = `${name}#${slot}`
    const tensor = this.#tensors.get(key) ?? tf.keep(tf.zerosLike(like))
    this.#tensors.set(key, tensor)
    return tensor
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

  clear(): void {
    tf.dispose([...this.#tensors.values()])
    this.#tensors.clear()
    this.#counts.clear()
  }

  restore(values: ReadonlyMap<string, Float32Array>, shapeOf: (name: string) => number[]): void {
    this.clear()
    for (const [key, value] of values) {
      const at = key.lastIndexOf('#')
      const name = key.slice(0, at)
      if (key.slice(at) === '#count') this.#counts.set(name, value[0]!)
      else this.#tensors.set(key, tf.tensor(value, shapeOf(name)))
    }
  }
}
