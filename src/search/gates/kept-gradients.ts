import * as tf from '@tensorflow/tfjs-core'
import { sliced } from '../../nn/parameter-store.js'
import type { Slice } from '../../nn/slice.js'
import { vectorPrograms } from '../../nn/vector-programs.js'
import { inUnits, type GateScale } from './gate-scale.js'

/**
 * The losses' gradients of the last iteration in which gates moved, in units of their scale, by group, until
 * the next one. It owns its tensors; dispose it after use.
 */
export interface KeptGradients {
  /** Keeps gradients in units of a scale. */
  keep(gradients: ReadonlyMap<string, tf.Tensor1D>, scale: Pick<GateScale, 'of' | 'state'>): void
  /** The gradient of a group as numbers, [members]; undefined if none is kept. */
  read(group: string): Float32Array | undefined
  /** Follows pruning: cuts gradients with their groups and drops those of removed groups. */
  follow(standing: ReadonlySet<string>, slices: ReadonlyMap<string, readonly Slice[]>): void
  /** Forgets all gradients. */
  clear(): void
  /** Copies of all gradients, for a checkpoint. */
  values(): Map<string, Float32Array>
  restore(values: ReadonlyMap<string, Float32Array>): void
  dispose(): void
}

/** Creates a store that is empty at first. */
export function keptGradients(): KeptGradients {
  const tensors = new Map<string, tf.Tensor1D>()
  const programs = vectorPrograms()
  /**
   * Groups whose gradient is forgotten. Their tensor stays, so that the next gradient can be written into it.
   */
  const stale = new Set<string>()
  const set = (group: string, tensor: tf.Tensor1D): void => {
    const before = tensors.get(group)
    if (before !== tensor) before?.dispose()
    tensors.set(group, tf.keep(tensor))
    stale.delete(group)
  }
  const drop = (group: string): void => {
    tensors.get(group)?.dispose()
    tensors.delete(group)
    stale.delete(group)
  }
  const kept = () => [...tensors].filter(([group]) => !stale.has(group))
  const dispose = (): void => {
    for (const group of [...tensors.keys()]) drop(group)
  }
  return {
    keep(gradients, scale) {
      programs.run([gradients, scale.state], (v) => {
        for (const [group, gradient] of gradients)
          set(group, v.put(tensors.get(group), inUnits(v, v.from(gradient), scale.of(v, group))))
      })
      for (const group of gradients.keys()) stale.delete(group)
    },
    read: (group) => (stale.has(group) ? undefined : tensors.get(group)?.dataSync<'float32'>().slice()),
    follow(standing, slices) {
      for (const [group, tensor] of [...tensors]) {
        const cuts = slices.get(group)
        if (!standing.has(group) || (cuts && stale.has(group))) drop(group)
        else if (cuts) set(group, sliced(tensor, cuts) as tf.Tensor1D)
      }
    },
    clear() {
      for (const group of tensors.keys()) stale.add(group)
    },
    values: () => new Map(kept().map(([group, tensor]) => [group, tensor.dataSync<'float32'>().slice()])),
    restore(values) {
      dispose()
      for (const [group, gradient] of values) set(group, tf.tensor1d(gradient))
    },
    dispose() {
      dispose()
      programs.dispose()
    },
  }
}
