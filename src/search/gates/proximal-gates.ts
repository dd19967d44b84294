import type { Vectors } from '../../nn/vectors.js'
import type { GateGroup } from '../../supernet/types.js'
import type { WeightedTerm } from '../../train/update.js'

/** A term on gates. Its λ is asked for at each step. */
export interface GateTerm extends Omit<WeightedTerm, 'lambda'> {
  readonly lambda: () => number
}

/** The value of a gate that must stay open although pressure alone would close it. */
const leastGate = 1e-6

/** A group's gates, the gradient of all that is smooth, and the length of the step. */
export interface GateStep<V> {
  readonly group: GateGroup
  readonly gates: V
  readonly gradient: V
  /** η: how far a gradient of 1 moves a gate. It is asked for at each step. */
  readonly rate: () => number
}

/**
 * Steps the proximal gates of a layer: g ← prox(g − η ∇), then scales each group to its total. The strength
 * is kept below the group's `keep.min`-th largest gate, so that a legal choice always stays open. A member
 * that carries nothing stays at 0: it has no gradient of its own, and would win by what normalisation gives
 * back. The results are in the order of `steps`.
 */
export function steppedGates<V>(
  v: Vectors<V>,
  steps: readonly GateStep<V>[],
  terms: readonly GateTerm[],
): V[] {
  const descended = steps.map(({ group, gates, gradient, rate }) => {
    const z = v.sub(gates, v.mul(gradient, rate))
    const carrying = carryingOf(group)
    const state = { group, rate, z: onlyCarrying(v, z, group), carrying }
    return { ...state, needed: onlyCarrying(v, v.atLeast(z, leastNeeded(v, state)), group) }
  })
  let states: readonly State<V>[] = descended
  // Terms that draw gates together act first, so that they do not open what another term has just closed.
  const even = terms.filter(({ term }) => term.gates!.form === 'even')
  for (const term of even) states = evened(v, states, term)
  for (const term of terms) if (!even.includes(term)) states = pressed(v, states, term)
  return states.map(({ group, z }, i) => {
    // Even without a proximal term the gates must stay non-negative.
    const least = v.mul(descended[i]!.needed, leastGate)
    return normalised(v, v.maximum(v.maximum(z, 0), least), group)
  })
}

const places = new WeakMap<GateGroup, number[]>()

/** The indices of the members that carry something. */
function carryingOf(group: GateGroup): number[] {
  const indices =
    places.get(group) ?? group.members.flatMap(({ empty = false }, place) => (empty ? [] : [place]))
  places.set(group, indices)
  return indices
}

/** The vector with 0 in place of members that carry nothing. */
function onlyCarrying<V>(v: Vectors<V>, vector: V, group: GateGroup): V {
  if (carryingOf(group).length === group.members.length) return vector
  return v.mul(vector, v.of(group.members.map(({ empty = false }) => Number(!empty))))
}

/** The intermediate state of a group's gates during a step. */
interface State<V> {
  readonly group: GateGroup
  readonly rate: () => number
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
  { lambda, selected }: GateTerm,
): readonly State<V>[] =>
  states.map((state) => {
    const { group, rate, carrying } = state
    if (selected && !selected.has(group.name)) return state
    const z = v.maximum(state.z, 0)
    const pull = (): number => (rate() * lambda() * carrying.length) / group.total
    const mean = v.mul(v.sum(z), 1 / carrying.length)
    const ones = v.of(group.members.map(() => 1))
    const drawn = onlyCarrying(v, v.mul(ones, v.mul(mean, pull)), group)
    return { ...state, z: v.div(v.add(z, drawn), () => 1 + pull()) }
  })

/** Applies a term's proximal operator to the gates. */
function pressed<V>(
  v: Vectors<V>,
  states: readonly State<V>[],
  { term, lambda, selected }: GateTerm,
): readonly State<V>[] {
  const action = term.gates!
  if (!action.proximal) return states
  const strengthOf = (state: State<V>): V => {
    const { group, rate } = state
    const held = v.minimum(v.mul(0.9, v.maximum(leastNeeded(v, state), 0)), () => rate() * lambda())
    if (!selected) return held
    const names = selected.get(group.name)
    return v.mul(held, v.of(group.members.map(({ name }) => Number(names?.has(name) ?? false))))
  }
  const acted = states.filter(({ group }) => selected?.has(group.name) ?? true)
  if (action.form === 'threshold')
    return states.map((state) =>
      acted.includes(state) ? { ...state, z: v.maximum(v.sub(state.z, strengthOf(state)), 0) } : state,
    )
  const stateByGroup = new Map(acted.map((state) => [state.group.name, state]))
  const next = action.proximal(
    new Map(acted.map(({ group, z }) => [group.name, v.to(z)])),
    (name) => v.to(strengthOf(stateByGroup.get(name)!)),
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
