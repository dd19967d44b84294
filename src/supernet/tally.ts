import type { Graph } from '../nn/graph.js'
import { hasWeights } from '../nn/cost.js'
import { carryingMembers } from '../nn/transform.js'
import { unitWidths } from '../nn/unit-widths.js'
import { networkFlow } from './network-flow.js'
import type { Choices } from './notation.js'
import type { CostMetric, GateGroup } from './types.js'

/** A number for a member of a group. */
export type MemberWeight = (group: GateGroup, member: string) => number

/** The figures of an architecture. */
export interface Figures {
  /** As `taskCost` counts it; `latency`: the milliseconds of all members that are kept. */
  readonly cost: number
  /**
   * The number of kept nodes with weights. Of two equally costly architectures, the one with fewer is closer
   * to a smaller one.
   */
  readonly nodes: number
  /** Whether anything of the input reaches the output. */
  readonly connected: boolean
}

/**
 * Counts an architecture while it changes. The work of a change depends on what it touches, not on the size
 * of the network.
 */
export interface Tally {
  figures(): Figures
  /** Whether the output needs anything of a group. An edge's operations belong to the edge. */
  stands(group: string): boolean
  /** The members that a group keeps. */
  kept(group: string): readonly string[]
  /**
   * Changes the members that groups keep. Returns what they kept before, with which the change can be undone.
   */
  change(choices: Choices): Choices
  /**
   * Returns a function that sums `weight` over the members that the remaining groups keep at the time of each
   * call.
   */
  sum(weight: MemberWeight): () => number
}

/** Starts a tally of a network (the task's, without dead nodes) with all members kept. */
export function tallyOf(
  graph: Graph,
  groups: readonly GateGroup[],
  metric: CostMetric,
  times: MemberWeight,
): Tally {
  const { nodes } = graph
  const at = new Map(groups.map(({ name }, i) => [name, i]))
  const groupOf = Int32Array.from(nodes, ({ attrs }) => at.get(attrs.group as string) ?? -1)
  const widths = unitWidths(graph)
  const priceOf = (place: number) => widths.cost(place)[metric === 'flops' ? 'flops' : 'parameters']
  const prices = Float64Array.from(nodes, (_, place) => priceOf(place))
  const weighted = Uint8Array.from(nodes, (node) => Number(hasWeights(node)))
  const standing = new Int32Array(groups.length)
  let [price, count] = [0, 0]
  const flow = networkFlow(
    graph,
    // Other metrics need no depth, and a change of depth has to be passed on to all nodes after it.
    metric === 'depth' ? (place) => weighted[place]! : () => 0,
    (place, sign) => {
      price += sign * prices[place]!
      count += sign * weighted[place]!
      if (groupOf[place]! >= 0) standing[groupOf[place]!]! += sign
    },
  )
  const inputs = inputsOf(graph, (place) => flow.inputAt(place))
  const kept: (readonly string[])[] = groups.map(({ members }) => members.map(({ name }) => name))

  const sums: { readonly weight: MemberWeight; readonly values: Float64Array }[] = []
  const valueOf = (weight: MemberWeight, i: number) =>
    kept[i]!.reduce((sum, member) => sum + weight(groups[i]!, member), 0)
  const sumOf = (weight: MemberWeight) => {
    const values = Float64Array.from(groups, (_, i) => valueOf(weight, i))
    sums.push({ weight, values })
    return () => values.reduce((sum, value, i) => (standing[i]! > 0 ? sum + value : sum), 0)
  }
  const time = metric === 'latency' ? sumOf(times) : undefined

  const narrow = (group: string, width: number): void => {
    for (const place of widths.narrow(group, width)) {
      const before = prices[place]!
      prices[place] = priceOf(place)
      if (flow.needs(place)) price += prices[place] - before
    }
  }
  const keep = (i: number, names: readonly string[]): void => {
    const before = kept[i]!
    if (before === names) return
    kept[i] = names
    const { name, kind } = groups[i]!
    if (kind !== 'units')
      for (const [member, numbers] of inputs.get(name) ?? [])
        for (const number of numbers) flow.set(number, names.includes(member))
    else if (names.length !== before.length) narrow(name, names.length)
    for (const { weight, values } of sums) values[i] = valueOf(weight, i)
  }

  return {
    figures: () => ({
      cost: metric === 'depth' ? flow.depth : time ? time() : price,
      nodes: count,
      connected: flow.connected,
    }),
    stands: (group) => standing[at.get(group) ?? -1]! > 0,
    kept: (group) => kept[at.get(group)!]!,
    change(choices) {
      const before: Record<string, readonly string[]> = {}
      for (const name of Object.keys(choices)) {
        const i = at.get(name)
        if (i === undefined) continue
        before[name] = kept[i]!
        keep(i, choices[name]!)
      }
      flow.settle()
      return before
    },
    sum: sumOf,
  }
}

/** The numbers of the mix inputs that belong to each member of a group. */
function inputsOf(
  { nodes }: Graph,
  inputAt: (place: number) => number,
): ReadonlyMap<string, ReadonlyMap<string, readonly number[]>> {
  const inputs = new Map<string, Map<string, number[]>>()
  nodes.forEach((node, place) => {
    if (node.kind !== 'mix') return
    const group = node.attrs.group as string
    const inputsByMember = inputs.get(group) ?? new Map<string, number[]>()
    inputs.set(group, inputsByMember)
    carryingMembers(node).forEach((member, i) =>
      inputsByMember.set(member, [...(inputsByMember.get(member) ?? []), inputAt(place) + i]),
    )
  })
  return inputs
}
