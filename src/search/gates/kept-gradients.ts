import * as tf from '@tensorflow/tfjs-core'
import { cut } from '../../nn/parameter-store.js'
import type { Slice } from '../../nn/slice.js'

/**
 * The gradients of the last iteration in which gates moved, by group, until the next one. It owns its
 * tensors; clear it after use.
 */
export interface KeptGradients {
  /** Keeps a copy. */
  keep(group: string, gradient: tf.Tensor1D): void
  /** The gradient of a group as numbers, [members]; undefined if none is kept. */
  read(group: string): Float32Array | undefined
  /** Follows pruning: cuts gradients with their groups and drops those of removed groups. */
  follow(standing: ReadonlySet<string>, slices: ReadonlyMap<string, readonly Slice[]>): void
  clear(): void
  /** Copies of all gradients, for a checkpoint. */
  values(): Map<string, Float32Array>
  restore(values: ReadonlyMap<string, Float32Array>): void
}

/** Creates a store that is empty at first. */
export function keptGradients(): KeptGradients {
  const tensors = new Map<string, tf.Tensor>()
  const set = (group: string, tensor: tf.Tensor): void => {
    tensors.get(group)?.dispose()
    tensors.set(group, tf.keep(tensor))
  }
  const clear = (): void => {
    tf.dispose([...tensors.values()])
    tensors.clear()
  }
  return {
    keep: (group, gradient) => set(group, tf.clone(gradient)),
    read: (group) => tensors.get(group)?.dataSync<'float32'>().slice(),
    follow(standing, slices) {
      for (const [group, tensor] of [...tensors]) {
        const cuts = slices.get(group)
        if (standing.has(group)) {
          if (cuts) set(group, cut(tensor, cuts))
        } else {
          tensor.dispose()
          tensors.delete(group)
        }
      }
    },
    clear,
    values: () =>
      new Map([...tensors].map(([group, tensor]) => [group, tensor.dataSync<'float32'>().slice()])),
    restore(values) {
      clear()
      for (const [group, gradient] of values) set(group, tf.tensor1d(gradient))
    },
  }
}
