import * as tf from '@tensorflow/tfjs-core'
import type { RandomSource } from '../base/random.js'
import { overwrite } from '../nn/overwrite.js'
import { sliced, ParameterStore } from '../nn/parameter-store.js'
import { shaped } from '../nn/shaped.js'
import { mixing, type Mixing } from './mixing.js'
import { groupOf, pruneGroup } from './prune.js'
import type { Relaxation } from './relaxations/types.js'
import type { Architecture, GateGroup, Supernet, ModelCut } from './types.js'

type Values = ReadonlyMap<string, Float32Array>

/** A supernet with its weights and architecture weights α. It owns both; dispose it after use. */
export class SupernetModel {
  readonly weights: ParameterStore
  readonly relaxation: Relaxation
  readonly #origin: Supernet
  readonly #alphas = new Map<string, tf.Tensor1D>()
  readonly #totals = new Map<string, number>()
  readonly #random: RandomSource
  #supernet: Supernet
  readonly #given: Values | undefined
  /** How α become mixture weights at present. */
  readonly mixing: Mixing
  #initial: ParameterStore | undefined
  #average: ParameterStore | undefined
  /** The relaxation's current temperature, if it has one. */
  temperature = 1

  /** `given` weights replace fresh ones of the same names. */
  constructor(
    supernet: Supernet,
    relaxation: Relaxation,
    random: RandomSource,
    noise = 0.01,
    given?: Values,
  ) {
    this.#given = given
    this.#supernet = supernet
    this.#origin = supernet
    this.#random = random
    this.relaxation = relaxation
    this.mixing = mixing({
      relaxation,
      random,
      origin: supernet,
      alpha: (group) => this.alpha(group),
      mixed: (group) => this.#mixed(group),
      temperature: () => this.temperature,
    })
    this.weights = ParameterStore.of(supernet.graph, random, given)
    try {
      for (const group of supernet.groups) {
        const alpha = tf.tensor1d(relaxation.initial(group, random, noise))
        this.#alphas.set(group.name, alpha)
        shaped(alpha, [group.members.length], `relaxation ${relaxation.name}: initial of ${group.name}`)
      }
    } catch (error) {
      // Nobody has the model, who could dispose it.
      this.dispose()
      throw error
    }
  }

  /** The current supernet, without what was pruned. */
  get supernet(): Supernet {
    return this.#supernet
  }

  /** The supernet that the search began with. */
  get origin(): Supernet {
    return this.#origin
  }

  /** α of a group, [members]; it belongs to the model. */
  alpha(group: string): tf.Tensor1D {
    const alpha = this.#alphas.get(group)
    if (!alpha) throw new Error(`unknown group: ${group}`)
    return alpha
  }

  /**
   * Takes ownership of `alpha` as a group's new α. If the old tensor's memory may be overwritten, the numbers
   * are copied into it and `alpha` is disposed; otherwise the old tensor is disposed.
   */
  setAlpha(group: string, alpha: tf.Tensor1D): void {
    const before = this.alpha(group)
    if (before === alpha) return
    // Compiled steps read α at the address that it had when they were compiled.
    if (overwrite(before, alpha)) return
    before.dispose()
    this.#alphas.set(group, tf.keep(alpha))
  }

  /** Differentiable mixture weights of a group. Call it inside a tidy. */
  mixture(group: string): tf.Tensor1D {
    return this.mixing.mixture(group)
  }

  /** Keeps the initial weights from now on, cut like the weights. Call it before any pruning. */
  keepInitial(): void {
    if (this.#supernet !== this.#origin)
      throw new Error('initial weights are kept from the beginning, or not')
    this.#initial ??= ParameterStore.of(this.#origin.graph, this.#random, this.#given)
  }

  /** A weight's value at the beginning; it belongs to the model. */
  initial(name: string): tf.Tensor {
    if (!this.#initial) throw new Error(`initial weights are not kept: ${name}`)
    return this.#initial.get(name)
  }

  /** Keeps a moving average of the weights from now on, cut like them; it starts from `values`. */
  keepAverage(values: Values = this.weights.values()): void {
    this.dropAverage()
    this.#average = ParameterStore.filled(this.#supernet.graph, values)
  }

  /** The weights for evaluation: their average if one is kept, else the weights. The model owns them. */
  get judged(): ParameterStore {
    return this.#average ?? this.weights
  }

  /** Ends the average and makes it the weights, when training is over. */
  takeAverage(): void {
    if (!this.#average) return
    for (const { name } of this.weights.specs) this.weights.set(name, tf.clone(this.#average.get(name)))
    this.dropAverage()
  }

  dropAverage(): void {
    this.#average?.dispose()
    this.#average = undefined
  }

  /** Mixture weights as after a removal of some members, which have 0. Call it inside a tidy. */
  mixtureWithout(group: string, gone: ReadonlySet<string>): tf.Tensor1D {
    const whole = this.#mixed(group)
    const places = whole.members.flatMap(({ name }, i) => (gone.has(name) ? [] : [i]))
    if (places.length === whole.members.length) return this.mixture(group)
    const total = this.#totalOf(whole, places)
    const kept = { ...whole, total, members: places.map((i) => whole.members[i]!) }
    const indices = tf.tensor1d(places, 'int32')
    const alpha = this.#opened(tf.gather(this.alpha(group), indices))
    const weights = this.relaxation.weights(alpha, kept, this.temperature)
    // TensorFlow.js's wasm kernel writes integers whatever type is asked for.
    const spread = tf.cast(tf.oneHot(indices, whole.members.length), 'float32')
    return tf.reshape(tf.matMul(tf.reshape(weights, [1, -1]), tf.reshape(spread, [places.length, -1])), [-1])
  }

  /** Every group's mixture weights as numbers, by group and member. */
  gateValues(): Record<string, Record<string, number>> {
    return Object.fromEntries(
      this.#supernet.groups.map((group) => {
        const values = tf.tidy(() => this.mixture(group.name).dataSync())
        return [group.name, Object.fromEntries(group.members.map((member, i) => [member.name, values[i]!]))]
      }),
    )
  }

  /** Keeps only the given members of a group, cutting weights and α. Returns how both were cut. */
  prune(group: string, kept: readonly string[]): ModelCut {
    const before = this.#mixed(group)
    const names = new Set(kept)
    const indices = before.members.flatMap((member, i) => (names.has(member.name) ? [i] : []))
    const total = this.#totalOf(before, indices)
    if (total !== before.total) this.#totals.set(group, total)
    const { supernet, slices } = pruneGroup(this.#supernet, group, kept)
    this.#supernet = supernet
    for (const store of [this.weights, this.#initial, this.#average])
      store?.apply({ graph: supernet.graph, slices })
    const alphaCut = [{ axis: 0, indices }]
    this.setAlpha(
      group,
      tf.tidy(() => this.#opened(sliced(this.alpha(group), alphaCut) as tf.Tensor1D)),
    )
    this.#freeVanished()
    return { weights: slices, alphas: new Map([[group, alphaCut]]) }
  }

  /** A group of the supernet with the current sum of its weights. */
  #mixed(name: string): GateGroup {
    const group = groupOf(this.#supernet, name)
    return { ...group, total: this.#totals.get(name) ?? group.total }
  }

  /** The sums of mixture weights, of groups whose removed units took a share with them. */
  totals(): Record<string, number> {
    return Object.fromEntries(this.#totals)
  }

  /**
   * The sum of the weights of the members at some places when the others are removed. Operations and inputs
   * take over the others' share. Units do not: each keeps its weight, since it adds nothing of another.
   */
  #totalOf({ name, kind, total, members }: GateGroup, places: readonly number[]): number {
    if (kind !== 'units' || places.length === members.length) return total
    const weights = tf.tidy(() => this.mixture(name).dataSync())
    const sum = (values: Iterable<number>) => [...values].reduce((all, value) => all + value, 0)
    const share = sum(places.map((i) => weights[i]!)) / sum(weights)
    return share > 0 ? total * share : places.length
  }

  /** If all gates are closed they have no shares. A budget may leave only such gates; all are then opened. */
  #opened(alpha: tf.Tensor1D): tf.Tensor1D {
    if (this.relaxation.step !== 'proximal' || alpha.dataSync().some((gate) => gate > 0)) return alpha
    return tf.onesLike(alpha)
  }

  #freeVanished(): void {
    const standing = new Set(this.#supernet.groups.map((g) => g.name))
    for (const [name, alpha] of [...this.#alphas]) {
      if (standing.has(name)) continue
      alpha.dispose()
      this.#alphas.delete(name)
    }
  }

  /** Copies of every α by group. */
  alphaValues(): Map<string, Float32Array> {
    return new Map([...this.#alphas].map(([name, alpha]) => [name, alpha.dataSync<'float32'>().slice()]))
  }

  /** Restores all that was pruned, with the weights and α that the model began with, without noise. */
  #reset(): void {
    this.dropAverage()
    this.#supernet = this.#origin
    for (const store of [this.weights, this.#initial])
      store?.begin(this.#origin.graph, this.#random, this.#given)
    tf.dispose([...this.#alphas.values()])
    this.#alphas.clear()
    for (const group of this.#origin.groups)
      this.#alphas.set(group.name, tf.tensor1d(this.relaxation.initial(group, this.#random, 0)))
  }

  /**
   * Restores a checkpoint's state, whatever was pruned since: the remaining members and their totals, then
   * the values of weights and α.
   */
  restore(
    members: Readonly<Record<string, readonly string[]>>,
    weights: Values,
    alphas: Values,
    totals: Readonly<Record<string, number>>,
  ): void {
    if (this.#supernet !== this.#origin) this.#reset()
    for (const { name } of this.#origin.groups) {
      const group = this.#supernet.groups.find((g) => g.name === name)
      const kept = members[name]
      if (group && kept && kept.length < group.members.length) this.prune(name, kept)
    }
    this.#totals.clear()
    for (const [name, total] of Object.entries(totals)) this.#totals.set(name, total)
    for (const [name, values] of weights)
      this.weights.set(name, tf.tensor(values, this.weights.get(name).shape))
    for (const [name, values] of alphas) this.setAlpha(name, tf.tensor1d(values))
  }

  /** The architecture that the remaining members describe. */
  architecture(): Architecture {
    const values = this.gateValues()
    const { space, options, input, outputs } = this.#supernet
    const groups = this.#supernet.groups.map((group) => ({
      name: group.name,
      layer: group.layer,
      kind: group.kind,
      kept: group.members.map(({ name }) => ({ member: name, gate: values[group.name]![name]! })),
      of: groupOf(this.#origin, group.name).members.length,
    }))
    return { format: 'sentei-architecture/1', space, options, input, outputs, groups }
  }

  dispose(): void {
    this.weights.dispose()
    this.#initial?.dispose()
    this.dropAverage()
    this.mixing.dispose()
    tf.dispose([...this.#alphas.values()])
    this.#alphas.clear()
  }
}
