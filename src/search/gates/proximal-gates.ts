import * as tf from '@tensorflow/tfjs-core'
import { onVectors, type Vectors } from '../../nn/vectors.js'
import type { GateGroup } from '../../supernet/types.js'
import type { WeightedTerm } from '../../train/update.js'

/** The value of a gate that must stay open although pressure alone would close it. */
const leastGate = 1e-6

/** A group's gates, the gradient of all that is smooth, and the length of the step. */
export interface GateStep {
  readonly group: GateGroup
  readonly gates: tf.Tensor1D
  readonly gradient: tf.Tensor1D
  /** η: how far a gradient of 1 moves a gate. */
  readonly rate: number
}

/**
 * Steps the proximal gates of a layer: g ← prox(g − η ∇), then scales each group to its total. The strength
 * is kept below the group's `keep.min`-th largest gate, so that a legal choice always stays open. A member
 * that carries nothing stays at 0: it has no gradient of its own, and would win by what normalisation gives
 * back. The caller owns the results, in the order of `steps`.
 */
export const stepProximalGates = (
  steps: readonly GateStep[],
  terms: readonly WeightedTerm[],
): tf.Tensor1D[] => tf.tidy(() => onVectors((vectors) => stepped(vectors, steps, terms)))

function stepped<V>(
  v: Vectors<V>,
  steps: readonly GateStep[],
  terms: readonly WeightedTerm[],
): tf.Tensor1D[] {
  const descended = steps.map(({ group, gates, gradient, rate }) => {
    const z = v.sub(v.from(gates), v.mul(v.from(gradient), rate))
    const carrying = group.members.flatMap(({ empty = false }, place) => (empty ? [] : [place]))
    const carries = v.of(group.members.map(({ empty = false }) => Number(!empty)))
    const state = { group, rate, z: v.mul(z, carries), carrying }
    return { ...state, needed: v.mul(v.atLeast(z, leastNeeded(v, state)), carries) }
  })
  let states: readonly State<V>[] = descended
  // Terms that draw gates together act first, so that they do not open what another term has just closed.
  const even = terms.filter(({ term }) => term.gates!.form === 'even')
  for (const term of even) states = evened(v, states, term)
  for (const term of terms) if (!even.includes(term)) states = pressed(v, states, term)
  return states.map(({ group, z }, i) => {
    // Even without a proximal term the gates must stay non-negative.
    const least = v.mul(descended[i]!.needed, leastGate)
    return v.to(normalised(v, v.maximum(v.maximum(z, 0), least), group))
  })
}

/** The intermediate state of a group's gates during a step. */
interface State<V> {
  readonly group: GateGroup
  readonly rate: number
  readonly z: V
  /** The indices of the members that carry something. */
  readonly carrying: readonly number[]
}

/**
 * Draws the gates to their mean: the proximal operator of ½ Σ (v − v̄)² / v̄, with the v̄ that a group's
 * total gives.
 */
const evened = <V>(
  v: Vectors<V>,
  states: readonly State<V>[],
  { lambda, selected }: WeightedTerm,
): readonly State<V>[] =>
  states.map((state) => {
    const { group, rate, carrying } = state
    if (selected && !selected.has(group.name)) return state
    const z = v.maximum(state.z, 0)
    const pull = (rate * lambda * carrying.length) / group.total
    const mean = v.mul(v.sum(z), 1 / carrying.length)
    const carries = v.of(group.members.map((_, place) => Number(carrying.includes(place))))
    return { ...state, z: v.div(v.add(z, v.mul(carries, v.mul(mean, pull))), 1 + pull) }
  })

/** Applies a term's proximal operator to the gates. */
function pressed<V>(
  v: Vectors<V>,
  states: readonly State<V>[],
  { term, lambda, selected }: WeightedTerm,
): readonly State<V>[] {
  const action = term.gates!
  if (!action.proximal) return states
  const strengthOf = (state: State<V>): V => {
    const { group, rate } = state
    const held = v.minimum(v.mul(0.9, v.maximum(leastNeeded(v, state), 0)), rate * lambda)
    if (!selected) return held
    const names = selected.get(group.name)
    return v.mul(held, v.of(group.members.map(({ name }) => Number(names?.has(name) ?? false))))
  }
  const acted = states.filter(({ group }) => selected?.has(group.name) ?? true)
  if (action.form === 'threshold')
    return states.map((state) =>
      acted.includes(state) ? { ...state, z: v.maximum(v.sub(state.z, strengthOf(state)), 0) } : state,
    )
  const own = new Map(acted.map((state) => [state.group.name, state]))
  const next = action.proximal(
    new Map(acted.map(({ group, z }) => [group.name, v.to(z)])),
    (name) => v.to(strengthOf(own.get(name)!)),
    acted.map(({ group }) => group),
  )
  return states.map((state) => {
    const z = next.get(state.group.name)
    return z ? { ...state, z: v.from(z) } : state
  })
}

/**
 * Scales gates to the group's total, with none above total / keep.min: where two of three inputs are wanted,
 * they end at 1 and 1, not at 2 and almost 0. The others share, in proportion, what a gate loses at the
 * bound; each round settles one more gate.
 */
function normalised<V>(v: Vectors<V>, gates: V, { total, keep }: GateGroup): V {
  const bound = total / keep.min
  let g = v.mul(gates, v.div(total, v.sum(gates)))
  for (let round = 1; round < keep.min; round++) {
    const atBound = v.atLeast(g, bound)
    const below = v.mul(g, v.sub(1, atBound))
    const left = v.sub(total, v.mul(bound, v.sum(atBound)))
    const shared = v.mul(below, v.div(left, v.maximum(v.sum(below), 1e-20)))
    g = v.minimum(v.add(v.mul(atBound, bound), shared), bound)
  }
  return g
}

/** The `keep.min`-th largest gate of the members that carry something. */
const leastNeeded = <V>(
  v: Vectors<V>,
  { z, carrying, group }: Pick<State<V>, 'z' | 'carrying' | 'group'>,
): V => v.largest(z, Math.min(group.keep.min, carrying.length), carrying)
