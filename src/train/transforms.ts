import * as tf from '@tensorflow/tfjs-core'
import type { Slots } from './optimizer-slots.js'

/** Arrays by name that a step reads and replaces, such as a parameter store. */
export interface NamedArrays {
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

/** Where a step goes: the value so far, and what is yet to be taken from it, size · direction. */
export interface Flow {
  readonly value: tf.Tensor
  readonly direction: tf.Tensor
  readonly size: number
}

/** One link of an optimizer's chain. It is called inside a tidy, and keeps nothing but slots. */
export type Transform = (flow: Flow, update: Update) => Flow

/** A chain of transforms as one of them, in their order, as in optax. */
export const chain =
  (...transforms: readonly Transform[]): Transform =>
  (flow, update) =>
    transforms.reduce((each, transform) => transform(each, update), flow)

/** g ← s g: what remains of a gradient that is clipped by its norm. */
export const scaleBy =
  (scale: tf.Scalar | number | undefined): Transform =>
  (flow) =>
    scale ? { ...flow, direction: tf.mul(flow.direction, scale) } : flow

/** g ← g + λ w: weight decay as a part of the gradient. */
export const addDecay: Transform = (flow, { decay = 0 }) =>
  decay === 0 ? flow : { ...flow, direction: tf.add(flow.direction, tf.mul(flow.value, decay)) }

/** v ← m v + g, and the step goes along v: momentum as PyTorch has it. */
export const followMomentum =
  (slots: Slots, momentum: number): Transform =>
  (flow, { name }) => ({
    ...flow,
    direction: slots.update(name, 'velocity', (old) =>
      old ? tf.add(tf.mul(old, momentum), flow.direction) : tf.clone(flow.direction),
    ),
  })

/** The β₁ and ε of Adam. */
export const [beta1, epsilon] = [0.9, 1e-8]

/** The direction and the size of Adam's step (arXiv:1412.6980). The step count is a slot too. */
export const followMoments =
  (slots: Slots, beta2: number): Transform =>
  (flow, { name }) => {
    const first = slots.update(name, 'first', (old) =>
      tf.add(tf.mul(old ?? 0, beta1), tf.mul(flow.direction, 1 - beta1)),
    )
    const second = slots.update(name, 'second', (old) =>
      tf.add(tf.mul(old ?? 0, beta2), tf.mul(tf.square(flow.direction), 1 - beta2)),
    )
    const count = slots.count(name)
    const root = tf.add(tf.sqrt(tf.div(second, 1 - beta2 ** count)), epsilon)
    return { ...flow, direction: tf.div(first, root), size: flow.size / (1 - beta1 ** count) }
  }

/** w ← w − size · direction. */
export const descend: Transform = (flow) => ({
  ...flow,
  value: tf.sub(flow.value, tf.mul(flow.direction, flow.size)),
})

/** w ← sign(w) max(|w| − threshold, 0): the proximal step of threshold · ‖w‖₁. */
export const shrink: Transform = (flow, { threshold = 0 }) =>
  threshold === 0
    ? flow
    : {
        ...flow,
        value: tf.mul(tf.sign(flow.value), tf.relu(tf.sub(tf.abs(flow.value), threshold))),
      }
