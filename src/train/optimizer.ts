import * as tf from '@tensorflow/tfjs-core'
import { currentDevice } from '../backend/devices/index.js'
import type { Slice } from '../nn/slice.js'
import { byCount, rowsOf } from './optimizer-rows.js'
import { Slots } from './optimizer-slots.js'
import type { OptimizerOptions } from './training.js'
import {
  addDecay,
  beta1,
  chain,
  descend,
  epsilon,
  followMomentum,
  followMoments,
  scaleBy,
  shrink,
  type NamedArrays,
  type Transform,
  type Update,
} from './transforms.js'

/** Steps arrays and owns the slots that this needs. Dispose it after use. */
export interface Optimizer {
  /**
   * Steps some arrays by their gradients, multiplied by `scale` if given: all arrays at once and in
   * their own memory if the device can. Call it outside a tidy.
   */
  step(arrays: NamedArrays, updates: readonly Update[], learningRate: number, scale?: Scale): void
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

/** The optimizer that the options name. */
export function optimizer(options: Pick<OptimizerOptions, 'optimizer' | 'momentum' | 'beta2'>): Optimizer {
  const slots = new Slots()
  const rule = options.optimizer === 'adam' ? adam(slots, options.beta2) : sgd(slots, options.momentum)
  return {
    step(arrays, updates, learningRate, scale) {
      if (rule.compiled(arrays, updates, learningRate, scale)) return
      const transform = chain(scaleBy(scale), addDecay, rule.follow, descend, shrink)
      for (const update of updates) {
        const { name, gradient, rate = 1 } = update
        const flow = { value: arrays.get(name), direction: gradient, size: rate * learningRate }
        arrays.set(
          name,
          tf.tidy(() => transform(flow, update).value),
        )
      }
    },
    follow: (alive, slices) => slots.follow(alive, slices),
    values: () => slots.values(),
    restore: (values, shapeOf) => slots.restore(values, shapeOf),
    dispose: () => slots.clear(),
  }
}

/** What is of an optimizer's own in the chain, and the whole chain compiled, where the device has it. */
interface Rule {
  readonly follow: Transform
  /** Steps all arrays at once, in their own memory. Returns false if the device cannot. */
  compiled(arrays: NamedArrays, updates: readonly Update[], rate: number, scale: Scale): boolean
}

const sgd = (slots: Slots, momentum: number): Rule => ({
  follow: followMomentum(slots, momentum),
  compiled(arrays, updates, rate, scale) {
    const { steps } = currentDevice()
    if (!steps) return false
    steps.sgd(rowsOf(arrays, updates, slots, ['velocity']), { rate, momentum, scale: numberOf(scale) })
    return true
  },
})

const adam = (slots: Slots, beta2: number): Rule => ({
  follow: followMoments(slots, beta2),
  compiled(arrays, updates, rate, scale) {
    const { steps } = currentDevice()
    if (!steps) return false
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
    return true
  },
})

type Scale = tf.Scalar | number | undefined

const numberOf = (scale: Scale): number | undefined =>
  typeof scale === 'object' ? scale.dataSync()[0] : scale
