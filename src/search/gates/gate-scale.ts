import * as tf from '@tensorflow/tfjs-core'
import { cut } from '../../nn/parameter-store.js'
import type { Slice } from '../../nn/slice.js'
import { vectorPrograms } from '../../nn/vector-programs.js'
import { onVectors, type Vectors } from '../../nn/vectors.js'
import { isWidth, type GateGroup, type Supernet } from '../../supernet/types.js'

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

/** What is known about a group's gradient. */
interface Mean {
  /**
   * For a width, the mean of each remaining member, [members]; for a choice, the mean of Σ_m |∇_m − mean ∇|,
   * [1]; undefined once the group is removed.
   */
  gradient: tf.Tensor1D | undefined
  count: number
  /** Σ |mean| of the removed members. */
  gone: number
}

/** The scale of a supernet's gates. */
export function gateScale(origin: Supernet): GateScale {
  const groups = new Map(origin.groups.map((group) => [group.name, group]))
  const pools = new Map(origin.groups.map((group): [string, GateGroup[]] => [poolOf(group), []]))
  for (const group of origin.groups) pools.get(poolOf(group))!.push(group)
  const means = new Map<string, Mean>()
  /** s by pool and even share, [1]. Groups that agree in both have the same s. */
  const scales = new Map<string, { readonly pool: string; readonly share: number; s: tf.Tensor1D }>()
  const programs = vectorPrograms()
  let seenTask = false
  let state = {}

  const clear = (): void => {
    tf.dispose([...means.values()].map(({ gradient }) => gradient ?? []))
    tf.dispose([...scales.values()].map(({ s }) => s))
    means.clear()
    scales.clear()
    state = {}
  }
  /** Replaces a tensor by another one, or by itself if its numbers were overwritten. */
  const replaced = (before: tf.Tensor1D | undefined, next: tf.Tensor1D): tf.Tensor1D => {
    if (before === next) return next
    before?.dispose()
    state = {}
    return tf.keep(next)
  }
  const add = <V>(v: Vectors<V>, name: string, gradient: tf.Tensor1D): void => {
    const mean = means.get(name)!
    const group = groups.get(name)!
    const now = isWidth(group) ? v.from(gradient) : shaken(v, group, gradient)
    const next = mean.gradient
      ? v.add(
          v.mul(v.from(mean.gradient), () => mean.count / (mean.count + 1)),
          v.mul(now, () => 1 / (mean.count + 1)),
        )
      : v.mul(now, 1)
    mean.gradient = replaced(mean.gradient, v.put(mean.gradient, next))
  }
  /** Σ |mean| of a group's members, those removed included. */
  const sumOf = <V>(v: Vectors<V>, { name }: GateGroup): V => {
    const { gradient, gone } = means.get(name)!
    return v.add(gradient ? v.sum(magnitude(v, v.from(gradient))) : v.of([0]), gone)
  }
  /**
   * s of a pool for groups whose gates begin at `share`. To compare gates of different groups, they are taken
   * as shares of their group's mean.
   */
  const scaleOf = <V>(v: Vectors<V>, pool: string, share: number, sums = new Map<string, V>()): V => {
    const seen = pools.get(pool)!.filter((group) => means.has(group.name))
    const members = seen.reduce((sum, group) => sum + group.members.length, 0)
    const parts = seen.map((group) => {
      const sum = sums.get(group.name) ?? sumOf(v, group)
      sums.set(group.name, sum)
      return v.mul(sum, evenShare(group) / share / members)
    })
    return parts.length > 0 ? parts.reduce((sum, part) => v.add(sum, part)) : v.of([0])
  }
  const keyOf = (group: GateGroup): string => `${poolOf(group)} ${evenShare(group)}`
  /** Computes all s anew from the means. */
  const refresh = <V>(v: Vectors<V>): void => {
    const sums = new Map<string, V>()
    for (const group of groups.values()) {
      if (!means.has(group.name) || scales.has(keyOf(group))) continue
      scales.set(keyOf(group), {
        ...{ pool: poolOf(group), share: evenShare(group) },
        s: tf.keep(tf.zeros([1])),
      })
      state = {}
    }
    for (const each of scales.values())
      each.s = replaced(each.s, v.put(each.s, scaleOf(v, each.pool, each.share, sums)))
  }
  const refreshNow = (): void => {
    state = {}
    tf.tidy(() => onVectors(refresh))
  }

  return {
    observe(gradients, onTask) {
      // Gradients of the reconstruction alone say nothing about the task.
      if (onTask && !seenTask) clear()
      seenTask ||= onTask
      for (const name of gradients.keys())
        if (!means.has(name)) {
          means.set(name, { gradient: undefined, count: 0, gone: 0 })
          state = {}
        }
      programs.run([gradients, state], (v) => {
        for (const [name, gradient] of gradients) add(v, name, gradient)
        refresh(v)
      })
      for (const name of gradients.keys()) means.get(name)!.count += 1
    },
    of<V>(v: Vectors<V>, name: string) {
      const scale = scales.get(keyOf(groups.get(name)!))
      return scale ? v.from(scale.s) : v.of([0])
    },
    get state() {
      return state
    },
    read: () =>
      Object.fromEntries(
        [...pools.keys()].map((pool) => [
          pool,
          tf.tidy(() => onVectors((v) => v.to(scaleOf(v, pool, 1))).dataSync()[0]!),
        ]),
      ),
    follow(standing, slices) {
      for (const [name, mean] of means) {
        const { gradient } = mean
        const cuts = isWidth(groups.get(name)!) ? slices.get(name) : undefined
        if (!gradient || (standing.has(name) && !cuts)) continue
        const next = standing.has(name) ? (cut(gradient, cuts!) as tf.Tensor1D) : undefined
        const lost = sizeOf(gradient) - (next ? sizeOf(next) : 0)
        mean.gone = Math.fround(mean.gone + lost)
        gradient.dispose()
        mean.gradient = next && tf.keep(next)
      }
      refreshNow()
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
        means.set(name, {
          gradient: gradient && tf.keep(tf.tensor1d(gradient)),
          ...{ count: value[0]!, gone: value[1]! },
        })
      }
      refreshNow()
    },
    dispose() {
      clear()
      programs.dispose()
    },
  }
}

/** The average gate of a group at the beginning. */
export const evenShare = ({ total, members }: GateGroup): number => total / members.length

/** How far a choice's members are moved apart, scaled as if all of its members were still there, [1]. */
function shaken<V>(v: Vectors<V>, { members }: GateGroup, gradient: tf.Tensor1D): V {
  const own = v.from(gradient)
  const apart = v.sub(own, v.mul(v.sum(own), 1 / gradient.size))
  return v.mul(v.sum(magnitude(v, apart)), members.length / gradient.size)
}

/** The smallest divisor, which avoids 0 / 0. */
const leastScale = 1e-20

/** A gradient of the losses in units of its scale; 0 if all members have been equal so far. */
export const inUnits = <V>(v: Vectors<V>, gradient: V, scale: V): V =>
  v.div(gradient, v.maximum(scale, leastScale))

const magnitude = <V>(v: Vectors<V>, vector: V): V => v.maximum(vector, v.sub(0, vector))

const numbersOf = (tensor: tf.Tensor1D): Float32Array => tensor.dataSync<'float32'>().slice()

const sizeOf = (tensor: tf.Tensor1D): number =>
  tensor.dataSync<'float32'>().reduce((sum, each) => sum + Math.abs(each), 0)
