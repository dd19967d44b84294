import * as tf from '@tensorflow/tfjs-core'
import { sliced } from '../../nn/parameter-store.js'
import type { Slice } from '../../nn/slice.js'
import type { Vectors } from '../../nn/vectors.js'
import { isWidth, type GateGroup } from '../../supernet/types.js'

/**
 * The means of the losses' gradients on the gates of groups, over the iterations in which they moved. It owns
 * its arrays; dispose it after use.
 */
export interface GradientMeans {
  has(group: string): boolean
  /** Begins the means of groups that have none yet. Returns whether there was one. */
  begin(groups: Iterable<string>): boolean
  /** Adds a gradient to the mean of a group; `counted` must follow, after the vectors have run. */
  add<V>(v: Vectors<V>, group: string, gradient: tf.Tensor1D): void
  counted(groups: Iterable<string>): void
  /** Σ |mean| of a group's members, those removed included, [1]. */
  sum<V>(v: Vectors<V>, group: string): V
  /** Follows pruning; `standing` are the remaining groups. */
  follow(standing: ReadonlySet<string>, slices: ReadonlyMap<string, readonly Slice[]>): void
  /** Copies of all arrays, for a checkpoint. */
  values(): [string, Float32Array][]
  /** Takes over the arrays of a checkpoint, in place of those that there are. */
  restore(values: ReadonlyMap<string, Float32Array>): void
  clear(): void
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

/**
 * No means yet, of any of the groups. `moved` is called whenever a mean becomes another tensor, rather than
 * other numbers of the same one.
 */
export function gradientMeans(groups: ReadonlyMap<string, GateGroup>, moved: () => void): GradientMeans {
  const means = new Map<string, Mean>()
  const clear = (): void => {
    tf.dispose([...means.values()].map(({ gradient }) => gradient ?? []))
    means.clear()
  }
  return {
    has: (name) => means.has(name),
    begin(names) {
      const fresh = [...names].filter((name) => !means.has(name))
      for (const name of fresh) means.set(name, { gradient: undefined, count: 0, gone: 0 })
      return fresh.length > 0
    },
    add(v, name, gradient) {
      const mean = means.get(name)!
      const group = groups.get(name)!
      const now = isWidth(group) ? v.from(gradient) : shaken(v, group, gradient)
      const next = mean.gradient
        ? v.add(
            v.mul(v.from(mean.gradient), () => mean.count / (mean.count + 1)),
            v.mul(now, () => 1 / (mean.count + 1)),
          )
        : v.mul(now, 1)
      mean.gradient = replaced(mean.gradient, v.put(mean.gradient, next), moved)
    },
    counted(names) {
      for (const name of names) means.get(name)!.count += 1
    },
    sum(v, name) {
      const { gradient, gone } = means.get(name)!
      return v.add(gradient ? v.sum(magnitude(v, v.from(gradient))) : v.of([0]), gone)
    },
    follow(standing, slices) {
      for (const [name, mean] of means) {
        const { gradient } = mean
        const cuts = isWidth(groups.get(name)!) ? slices.get(name) : undefined
        if (!gradient || (standing.has(name) && !cuts)) continue
        const next = standing.has(name) ? (sliced(gradient, cuts!) as tf.Tensor1D) : undefined
        const lost = sizeOf(gradient) - (next ? sizeOf(next) : 0)
        mean.gone = Math.fround(mean.gone + lost)
        gradient.dispose()
        mean.gradient = next && tf.keep(next)
      }
    },
    values: () =>
      [...means].flatMap(([name, { gradient, count, gone }]): [string, Float32Array][] => [
        ...(gradient ? [[`${name}#mean`, numbersOf(gradient)] as [string, Float32Array]] : []),
        [`${name}#count`, Float32Array.of(count, gone)],
      ]),
    restore(values) {
      clear()
      for (const [key, value] of values) {
        if (!key.endsWith('#count')) continue
        const name = key.slice(0, -'#count'.length)
        const mean = values.get(`${name}#mean`)
        const gradient = mean && tf.keep(tf.tensor1d(mean))
        means.set(name, { gradient, count: value[0]!, gone: value[1]! })
      }
    },
    clear,
  }
}

/** Replaces a tensor by another one, and says so by `moved`; or by itself if its numbers were overwritten. */
export function replaced(before: tf.Tensor1D | undefined, next: tf.Tensor1D, moved: () => void): tf.Tensor1D {
  if (before === next) return next
  before?.dispose()
  moved()
  return tf.keep(next)
}

/** How far a choice's members are moved apart, scaled as if all of its members were still there, [1]. */
function shaken<V>(v: Vectors<V>, { members }: GateGroup, gradient: tf.Tensor1D): V {
  const gradientVector = v.from(gradient)
  const deviations = v.sub(gradientVector, v.mul(v.sum(gradientVector), 1 / gradient.size))
  return v.mul(v.sum(magnitude(v, deviations)), members.length / gradient.size)
}

const magnitude = <V>(v: Vectors<V>, vector: V): V => v.maximum(vector, v.sub(0, vector))

const numbersOf = (tensor: tf.Tensor1D): Float32Array => tensor.dataSync<'float32'>().slice()

const sizeOf = (tensor: tf.Tensor1D): number =>
  tensor.dataSync<'float32'>().reduce((sum, each) => sum + Math.abs(each), 0)
