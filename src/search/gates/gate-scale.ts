import * as tf from '@tensorflow/tfjs-core'
import { cut } from '../../nn/parameter-store.js'
import type { Slice } from '../../nn/slice.js'
import { onVectors, type Vectors } from '../../nn/vectors.js'
import { isWidth, type GateGroup, type Supernet } from '../../supernet/types.js'

/** What groups that share a scale have in common: they are widths, or choices, of one kind. */
const poolOf = (group: GateGroup): string => `${isWidth(group) ? 'widths' : 'choices'} ${group.kind}`

/**
 * The unit of λ on gates. With ∇ the losses' gradient on α in the iterations n in which gates have moved, and M the
 * members at the beginning, it is for widths what the average member gains or loses,
 *
 *     s = 1/M · Σ_m |1/n · Σ_n ∇_m|
 *
 * so that after any time the average member has been drawn as far by the losses as by a pressure of 1. The mean is taken
 * before its size, which lets the noise of batches average out; early gradients count as much as late ones, which fade
 * as weights settle; of a member that is gone the last mean counts.
 *
 * For choices it is what the average member is shaken by in an iteration, its group's mean aside,
 *
 *     s = 1/n · Σ_n 1/M · Σ_m |∇_m − mean ∇|
 *
 * because a choice is made once: its gates must not walk by the noise of batches before what lies behind the noise has
 * added up. What a scale does to all members alike does not change which of them wins.
 *
 * Groups of a kind share one s over the network: pressure is a price on widths, and must weigh the same on a layer that
 * matters as on one that does not; and of choices those are made first that matter most, the others in their light.
 * Owns its arrays.
 */
export interface GateScale {
  /** Takes in the losses' gradients of an iteration in which gates move, and whether the task is among the losses. */
  observe(gradients: ReadonlyMap<string, tf.Tensor1D>, onTask: boolean): void
  /** s of a group, [1], in units of the loss for each unit of α; 0 before any gradient was seen. Call inside a tidy. */
  of(group: string): tf.Tensor1D
  /** s by `widths units`, `choices operations`, …, for a gate of 1 at the beginning. */
  read(): Record<string, number>
  /** Follows pruning: `standing` are the groups that are left. */
  follow(standing: ReadonlySet<string>, slices: ReadonlyMap<string, readonly Slice[]>): void
  /** Copies of all arrays, for a checkpoint. */
  values(): Map<string, Float32Array>
  restore(values: ReadonlyMap<string, Float32Array>): void
  dispose(): void
}

/** What is known of a group's gradient. */
interface Mean {
  /** Of each member of a width that is left, [members]; of a choice Σ_m |∇_m − mean ∇|, [1]; none where the group is gone. */
  readonly gradient: tf.Tensor1D | undefined
  readonly count: number
  /** Σ |mean| of the members that are gone. */
  readonly gone: number
}

/** The scale of a supernet's gates. */
export function gateScale(origin: Supernet): GateScale {
  const groups = new Map(origin.groups.map((group) => [group.name, group]))
  const pools = new Map(origin.groups.map((group): [string, GateGroup[]] => [poolOf(group), []]))
  for (const group of origin.groups) pools.get(poolOf(group))!.push(group)
  const means = new Map<string, Mean>()
  /** s by pool and even share, until a mean changes: groups that are alike in both have the same. */
  const scales = new Map<string, tf.Tensor1D>()
  let seenTask = false

  const set = (name: string, mean: Mean): void => {
    const before = means.get(name)?.gradient
    if (before !== mean.gradient) before?.dispose()
    if (mean.gradient) tf.keep(mean.gradient)
    means.set(name, mean)
    forget()
  }
  const forget = (): void => {
    tf.dispose([...scales.values()])
    scales.clear()
  }
  const clear = (): void => {
    forget()
    tf.dispose([...means.values()].map(({ gradient }) => gradient ?? []))
    means.clear()
  }
  const add = <V>(v: Vectors<V>, name: string, gradient: tf.Tensor1D): void => {
    const { gradient: before, count = 0, gone = 0 } = means.get(name) ?? {}
    const group = groups.get(name)!
    const now = isWidth(group) ? v.from(gradient) : shaken(v, group, gradient)
    const mean = before
      ? v.add(v.mul(v.from(before), count / (count + 1)), v.mul(now, 1 / (count + 1)))
      : v.mul(now, 1)
    set(name, { gradient: v.to(mean), count: count + 1, gone })
  }
  /** s of a pool for groups whose gates begin at a share: between groups gates compare as shares of their group's mean. */
  const scaleOf = (pool: string, share: number): tf.Tensor1D => {
    const seen = pools.get(pool)!.filter((group) => means.has(group.name))
    if (seen.length === 0) return tf.zeros([1])
    const members = seen.reduce((sum, group) => sum + group.members.length, 0)
    return onVectors((v) => {
      const parts = seen.map((group) => {
        const { gradient, gone } = means.get(group.name)!
        const left = gradient ? v.sum(magnitude(v, v.from(gradient))) : v.of([0])
        return v.mul(v.add(left, gone), evenShare(group) / share / members)
      })
      return v.to(parts.reduce((sum, part) => v.add(sum, part)))
    })
  }

  return {
    observe(gradients, onTask) {
      // What a reconstruction weighs says nothing of the task.
      if (onTask && !seenTask) clear()
      seenTask ||= onTask
      tf.tidy(() =>
        onVectors((v) => {
          for (const [name, gradient] of gradients) add(v, name, gradient)
        }),
      )
    },
    of(name) {
      const own = groups.get(name)!
      const share = evenShare(own)
      const key = `${poolOf(own)} ${share}`
      const found = scales.get(key) ?? tf.keep(tf.tidy(() => scaleOf(poolOf(own), share)))
      scales.set(key, found)
      return tf.clone(found)
    },
    read: () =>
      Object.fromEntries(
        [...pools.keys()].map((pool) => [pool, tf.tidy(() => scaleOf(pool, 1).dataSync()[0]!)]),
      ),
    follow(standing, slices) {
      for (const [name, mean] of [...means]) {
        const { gradient, count, gone } = mean
        const cuts = isWidth(groups.get(name)!) ? slices.get(name) : undefined
        if (!gradient || (standing.has(name) && !cuts)) continue
        const next = standing.has(name) ? (cut(gradient, cuts!) as tf.Tensor1D) : undefined
        const lost = sizeOf(gradient) - (next ? sizeOf(next) : 0)
        set(name, { gradient: next, count, gone: Math.fround(gone + lost) })
      }
    },
    values: () =>
      new Map([
        ['task', Float32Array.of(Number(seenTask))],
        ...[...means].flatMap(([name, { gradient, count, gone }]): [string, Float32Array][] => [
          ...(gradient ? [[`${name}#mean`, numbersOf(gradient)] as [string, Float32Array]] : []),
          [`${name}#count`, Float32Array.of(count, gone)],
        ]),
      ]),
    restore(values) {
      clear()
      seenTask = values.get('task')?.[0] === 1
      for (const [key, value] of values) {
        if (!key.endsWith('#count')) continue
        const name = key.slice(0, -'#count'.length)
        const gradient = values.get(`${name}#mean`)
        set(name, { gradient: gradient && tf.tensor1d(gradient), count: value[0]!, gone: value[1]! })
      }
    },
    dispose: clear,
  }
}

/** What gates of a group are on average at the beginning. */
export const evenShare = ({ total, members }: GateGroup): number => total / members.length

/** How far a choice's members are drawn apart, as if all of its members were there still, [1]. */
function shaken<V>(v: Vectors<V>, { members }: GateGroup, gradient: tf.Tensor1D): V {
  const own = v.from(gradient)
  const apart = v.sub(own, v.mul(v.sum(own), 1 / gradient.size))
  return v.mul(v.sum(magnitude(v, apart)), members.length / gradient.size)
}

const magnitude = <V>(v: Vectors<V>, vector: V): V => v.maximum(vector, v.sub(0, vector))

const numbersOf = (tensor: tf.Tensor1D): Float32Array => tensor.dataSync<'float32'>().slice()

const sizeOf = (tensor: tf.Tensor1D): number =>
  tensor.dataSync<'float32'>().reduce((sum, each) => sum + Math.abs(each), 0)
