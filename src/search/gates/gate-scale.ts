import * as tf from '@tensorflow/tfjs-core'
import type { Slice } from '../../nn/slice.js'
import { vectorPrograms } from '../../nn/vector-programs.js'
import { onVectors, type Vectors } from '../../nn/vectors.js'
import { isWidth, type GateGroup, type Supernet } from '../../supernet/types.js'
import { gradientMeans, replaced, type GradientMeans } from './gradient-means.js'

/** The name of the pool of groups that share a scale: all widths, or all choices, of one kind. */
const poolOf = (group: GateGroup): string => `${isWidth(group) ? 'widths' : 'choices'} ${group.kind}`

/**
 * The unit of λ on gates. Let ∇ be the losses' gradient on α in the n iterations in which gates have moved,
 * and M the number of members at the beginning. For widths the unit is what the average member gains or
 * loses,
 *
 *     s = 1/M · Σ_m |1/n · Σ_n ∇_m|
 *
 * so that after any time the losses have moved the average member as far as a pressure of 1 would. The mean
 * is taken before the absolute value, so that the noise of batches averages out. Early gradients count as
 * much as late ones, which fade as weights settle. For a removed member, its last mean counts.
 *
 * For choices it is the average change of a member in one iteration, relative to its group's mean,
 *
 *     s = 1/n · Σ_n 1/M · Σ_m |∇_m − mean ∇|
 *
 * because a choice is made only once: its gates must not drift with the noise of batches before the signal
 * behind the noise has added up. A common change of all members does not affect which of them wins.
 *
 * Groups of one kind share one s over the whole network. Pressure is a price on widths, and must weigh the
 * same on a layer that matters as on one that does not; and the choices that matter most are made first, so
 * that the others adapt to them. It owns its arrays; dispose it after use.
 */
export interface GateScale {
  /**
   * Adds the losses' gradients of an iteration in which gates move. `onTask` tells whether the task is among
   * the losses.
   */
  observe(gradients: ReadonlyMap<string, tf.Tensor1D>, onTask: boolean): void
  /** s of a group, [1], in units of the loss for each unit of α; 0 before any gradient was seen. */
  of<V>(vectors: Vectors<V>, group: string): V
  /** Another object whenever `of` reads other tensors than before. */
  readonly state: object
  /** s by pool (`widths units`, `choices operations`, …), for a gate that is 1 at the beginning. */
  read(): Record<string, number>
  /** Follows pruning; `standing` are the remaining groups. */
  follow(standing: ReadonlySet<string>, slices: ReadonlyMap<string, readonly Slice[]>): void
  /** Copies of all arrays, for a checkpoint. */
  values(): Map<string, Float32Array>
  restore(values: ReadonlyMap<string, Float32Array>): void
  dispose(): void
}

/** The scale of a supernet's gates. */
export function gateScale(origin: Supernet): GateScale {
  const groups = new Map(origin.groups.map((group) => [group.name, group]))
  const programs = vectorPrograms()
  let seenTask = false
  let state = {}
  const moved = (): void => {
    state = {}
  }
  const means = gradientMeans(groups, moved)
  const scales = poolScales(origin, means, moved)
  const clear = (): void => {
    means.clear()
    scales.clear()
  }
  const refreshNow = (): void => {
    moved()
    tf.tidy(() => onVectors((v) => scales.refresh(v)))
  }

  return {
    observe(gradients, onTask) {
      // Gradients of the reconstruction alone say nothing about the task.
      if (onTask && !seenTask) clear()
      seenTask ||= onTask
      if (means.begin(gradients.keys())) moved()
      programs.run([gradients, state], (v) => {
        for (const [name, gradient] of gradients) means.add(v, name, gradient)
        scales.refresh(v)
      })
      means.counted(gradients.keys())
    },
    of: (v, name) => scales.of(v, groups.get(name)!),
    get state() {
      return state
    },
    read: () => scales.read(),
    follow(standing, slices) {
      means.follow(standing, slices)
      refreshNow()
    },
    values: () => new Map([['task', Float32Array.of(Number(seenTask))], ...means.values()]),
    restore(values) {
      clear()
      seenTask = values.get('task')?.[0] === 1
      means.restore(values)
      refreshNow()
    },
    dispose() {
      clear()
      programs.dispose()
    },
  }
}

/** s of each pool, from the means of its groups. It owns its arrays; clear it after use. */
interface PoolScales {
  /** Computes all s anew from the means. */
  refresh<V>(v: Vectors<V>): void
  /** s of a group, [1]; 0 before any gradient was seen. */
  of<V>(v: Vectors<V>, group: GateGroup): V
  /** s by pool, for a gate that is 1 at the beginning. */
  read(): Record<string, number>
  clear(): void
}

function poolScales({ groups }: Supernet, means: GradientMeans, moved: () => void): PoolScales {
  const pools = new Map(groups.map((group): [string, GateGroup[]] => [poolOf(group), []]))
  for (const group of groups) pools.get(poolOf(group))!.push(group)
  /** s by pool and even share, [1]. Groups that agree in both have the same s. */
  const scales = new Map<string, { readonly pool: string; readonly share: number; s: tf.Tensor1D }>()
  const keyOf = (group: GateGroup): string => `${poolOf(group)} ${evenShare(group)}`
  /**
   * s of a pool for groups whose gates begin at `share`. To compare gates of different groups, they are taken
   * as shares of their group's mean.
   */
  const scaleOf = <V>(v: Vectors<V>, pool: string, share: number, sums = new Map<string, V>()): V => {
    const seen = pools.get(pool)!.filter(({ name }) => means.has(name))
    const members = seen.reduce((sum, group) => sum + group.members.length, 0)
    const parts = seen.map((group) => {
      const sum = sums.get(group.name) ?? means.sum(v, group.name)
      sums.set(group.name, sum)
      return v.mul(sum, evenShare(group) / share / members)
    })
    return parts.length > 0 ? parts.reduce((sum, part) => v.add(sum, part)) : v.of([0])
  }
  return {
    refresh<V>(v: Vectors<V>) {
      const sums = new Map<string, V>()
      for (const group of groups) {
        if (!means.has(group.name) || scales.has(keyOf(group))) continue
        const s = tf.keep(tf.zeros<tf.Rank.R1>([1]))
        scales.set(keyOf(group), { pool: poolOf(group), share: evenShare(group), s })
        moved()
      }
      for (const each of scales.values())
        each.s = replaced(each.s, v.put(each.s, scaleOf(v, each.pool, each.share, sums)), moved)
    },
    of(v, group) {
      const scale = scales.get(keyOf(group))
      return scale ? v.from(scale.s) : v.of([0])
    },
    read: () =>
      Object.fromEntries(
        [...pools.keys()].map((pool) => [
          pool,
          tf.tidy(() => onVectors((v) => v.to(scaleOf(v, pool, 1))).dataSync()[0]!),
        ]),
      ),
    clear() {
      tf.dispose([...scales.values()].map(({ s }) => s))
      scales.clear()
      moved()
    },
  }
}

/** The average gate of a group at the beginning. */
export const evenShare = ({ total, members }: GateGroup): number => total / members.length

/** The smallest divisor, which avoids 0 / 0. */
const leastScale = 1e-20

/** A gradient of the losses in units of its scale; 0 if all members have been equal so far. */
export const inUnits = <V>(v: Vectors<V>, gradient: V, scale: V): V =>
  v.div(gradient, v.maximum(scale, leastScale))
