import * as tf from '@tensorflow/tfjs-core'
import type { OptimizerRow } from '../backend/device.js'
import { currentDevice } from '../backend/devices/index.js'
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
  /** By what the learning rate is multiplied; 1 by default. */
  readonly rate?: number
}

/** Steps arrays and owns the slots that this needs. Dispose it after use. */
export interface Optimizer {
  /**
   * Steps some arrays by their gradients, multiplied by `scale` if given: all arrays at once and in
   * their own memory if the device can. Call it outside a tidy.
   */
  step(arrays: Arrays, updates: readonly Update[], learningRate: number, scale?: tf.Scalar | number): void
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

/** The number of steps after which the decay `inverse` begins. */
const held = 2000

/**
 * Learning rate at iteration t of T: cosine decay from the rate to its minimum (arXiv:1608.03983), four waves
 * between the minimum and the rate, each twice as long as the one before (coslog4, arXiv:2407.04491),
 * constant for 2,000 steps and then in inverse proportion to t, whatever T is (inverse), or constant;
 * multiplied by a factor that rises linearly to 1 in the first `warmup` steps.
 */
export function learningRateAt(
  { learningRate, minLearningRate, decay, warmup }: OptimizerOptions,
  t: number,
  steps: number,
): number {
  const rise = t < warmup ? (t + 1) / (warmup + 1) : 1
  if (decay === 'constant') return rise * learningRate
  if (decay === 'inverse')
    return rise * (minLearningRate + (learningRate - minLearningRate) * Math.min(1, held / (t + 1)))
  const wave =
    decay === 'cosine'
      ? Math.cos((Math.PI * t) / steps)
      : -Math.cos(2 * Math.PI * Math.log2(1 + (15 * t) / steps))
  return rise * (minLearningRate + ((learningRate - minLearningRate) * (1 + wave)) / 2)
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
    const { steps } = currentDevice()
    if (steps)
      return steps.sgd(rowsOf(arrays, updates, slots, ['velocity']), {
        ...{ rate, momentum },
        scale: numberOf(scale),
      })
    for (const update of updates)
      composed(arrays, update, scale, (value, gradient) => {
        const own = rate * (update.rate ?? 1)
        const velocity = slots.update(update.name, 'velocity', (old) =>
          old ? tf.add(tf.mul(old, momentum), gradient) : tf.clone(gradient),
        )
        return tf.sub(value, tf.mul(velocity, own))
      })
  }

const numberOf = (scale: tf.Scalar | number | undefined): number | undefined =>
  typeof scale === 'object' ? scale.dataSync()[0] : scale

const [beta1, epsilon] = [0.9, 1e-8]

/** Adam (arXiv:1412.6980) with β₁ = 0.9 and ε = 1e-8. The step count is a slot too. */
const adam =
  (slots: Slots, beta2: number): Optimizer['step'] =>
  (arrays, updates, rate, scale) => {
    const { steps } = currentDevice()
    if (steps) {
      // Arrays that were frozen in some phases have taken fewer steps than others.
      for (const [count, same] of byCount(updates, slots))
        steps.adam(rowsOf(arrays, same, slots, ['first', 'second']), {
          rate,
          beta1,
          beta2,
          epsilon,
          count,
          scale: numberOf(scale),
        })
      return
    }
    for (const update of updates)
      composed(arrays, update, scale, (value, gradient) => {
        const { name, rate: factor = 1 } = update
        const first = slots.update(name, 'first', (old) =>
          tf.add(tf.mul(old ?? 0, beta1), tf.mul(gradient, 1 - beta1)),
        )
        const second = slots.update(name, 'second', (old) =>
          tf.add(tf.mul(old ?? 0, beta2), tf.mul(tf.square(gradient), 1 - beta2)),
        )
        const count = slots.count(name)
        const root = tf.add(tf.sqrt(tf.div(second, 1 - beta2 ** count)), epsilon)
        return tf.sub(value, tf.mul((factor * rate) / (1 - beta1 ** count), tf.div(first, root)))
      })
  }

/** One update composed of TensorFlow.js's operations. */
function composed(
  arrays: Arrays,
  { name, gradient, decay = 0, threshold = 0 }: Update,
  scale: tf.Scalar | number | undefined,
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

const rows = new WeakMap<readonly Update[], OptimizerRow[]>()

/**
 * The rows of some updates, with the current λ. If the tensors are the same as last time, so are the rows.
 */
function rowsOf(
  arrays: Arrays,
  updates: readonly Update[],
  slots: Slots,
  names: readonly string[],
): readonly OptimizerRow[] {
  const before = rows.get(updates)
  const isSame = ({ name, gradient }: Update, { value, gradient: known, slots: [first] }: OptimizerRow) =>
    arrays.get(name) === value && gradient === known && slots.zeros(name, names[0]!, value) === first
  if (before?.every((row, i) => isSame(updates[i]!, row))) {
    updates.forEach(({ decay = 0, threshold = 0, rate = 1 }, i) =>
      Object.assign(before[i]!, { decay, threshold, rate }),
    )
    return before
  }
  const own = updates.map(({ name, gradient, decay = 0, threshold = 0, rate = 1 }) => {
    const value = arrays.get(name)
    return {
      value,
      gradient,
      slots: names.map((slot) => slots.zeros(name, slot, value)),
      decay,
      threshold,
      rate,
    }
  })
  rows.set(updates, own)
  return own
}

/**
 * Counts another step of each array, and groups the updates by the number of steps that their arrays have
 * taken.
 */
function byCount(updates: readonly Update[], slots: Slots): Map<number, readonly Update[]> {
  const counts = updates.map(({ name }) => slots.count(name))
  const [first] = counts
  if (first === undefined) return new Map()
  if (counts.every((count) => count === first)) return new Map([[first, updates]])
  return new Map([...new Set(counts)].map((count) => [count, updates.filter((_, i) => counts[i] === count)]))
}

/** The optimizer state of one parameter: its slots by name, and how many steps it has taken. */
interface State {
  count: number
  readonly tensors: Map<string, tf.Tensor>
}

/** The optimizer state of all parameters by name. */
class Slots {
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
          tensors.set(slot, cut(tensor, slices.get(name)!))
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
