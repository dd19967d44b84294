import { costsByNode, hasWeights } from '../nn/cost.js'
import type { Graph } from '../nn/graph.js'
import { carryingMembers, keepMembers, withoutDeadNodes } from '../nn/transform.js'
import type { Choices } from './notation.js'
import type { CostMetric, GateGroup, Supernet } from './types.js'

/** What a supernet would be with only some members kept. */
export interface Prospect {
  /** As `taskCost` counts it; `latency`: the milliseconds of all members that stand. */
  readonly cost: number
  /** Nodes with weights that stand: of two as costly architectures the one with fewer is nearer to a smaller one. */
  readonly nodes: number
  /** Does anything of the input reach the output? */
  readonly connected: boolean
  /** The groups that would still stand: those of an edge go with it. */
  readonly standing: ReadonlySet<string>
}

/** Milliseconds of a member, by a measured table. */
export type MemberTimes = (group: GateGroup, member: string) => number

/**
 * Counts what choices come to without pruning the graph, which takes a hundred times as long. A group without a choice
 * keeps all its members. Of units only the number counts: those of a layer cost alike.
 */
export function architectureCosts(
  { graph, groups }: Supernet,
  metric: CostMetric,
  times: MemberTimes = () => 0,
): (choices: Choices) => Prospect {
  const task = withoutDeadNodes(graph, ['task'])
  const units = groups.filter(({ kind }) => kind === 'units')
  const plans = new Map<string, Plan>()
  const planOf = (choices: Choices): Plan => {
    const counts = units.map(({ name, members }) => choices[name]?.length ?? members.length)
    const key = counts.join()
    const plan = plans.get(key) ?? planned(withUnits(task, units, counts), metric)
    plans.set(key, plan)
    return plan
  }
  return (choices) => {
    const plan = planOf(choices)
    const live = liveSteps(plan, choices)
    const standing = new Set(live.flatMap(({ group }) => group ?? []))
    const { connected, depth } = flow(live, choices, plan.output)
    const cost =
      metric === 'depth'
        ? depth
        : metric === 'latency'
          ? timeOf(groups, standing, choices, times)
          : live.reduce((sum, step) => sum + step.cost, 0)
    return { cost, nodes: live.filter(({ weighted }) => weighted).length, connected, standing }
  }
}

/** A node as it is counted. */
interface Step {
  readonly id: string
  readonly inputs: readonly string[]
  readonly cost: number
  readonly weighted: boolean
  readonly carries: boolean
  readonly group?: string
  /** Of a mix: the member that each input belongs to. */
  readonly members?: readonly string[]
}

interface Plan {
  /** In topological order. */
  readonly steps: readonly Step[]
  readonly output: string
}

/** A graph with so many units of each group. */
function withUnits(graph: Graph, groups: readonly GateGroup[], counts: readonly number[]): Graph {
  return groups.reduce((current, { name, members }, i) => {
    if (counts[i] === members.length || !current.nodes.some(({ attrs }) => attrs.group === name))
      return current
    return keepMembers(current, name, new Set(members.slice(0, counts[i]).map((member) => member.name))).graph
  }, graph)
}

function planned(graph: Graph, metric: CostMetric): Plan {
  const costs = costsByNode(graph)
  const steps = graph.nodes.map((node): Step => {
    const { id, kind, inputs, attrs } = node
    return {
      id,
      inputs,
      cost: metric === 'flops' ? costs.get(id)!.flops : costs.get(id)!.parameters,
      weighted: hasWeights(node),
      carries: kind === 'input',
      ...(typeof attrs.group === 'string' && { group: attrs.group }),
      ...(kind === 'mix' && { members: carryingMembers(node) }),
    }
  })
  return { steps, output: graph.outputs.task! }
}

const inputsLeft = ({ inputs, group, members }: Step, choices: Choices): readonly string[] => {
  const kept = members && choices[group!]
  return kept ? inputs.filter((_, i) => kept.includes(members[i]!)) : inputs
}

/** The nodes that the output needs. */
function liveSteps({ steps, output }: Plan, choices: Choices): Step[] {
  const needed = new Set([output])
  const live: Step[] = []
  for (let i = steps.length - 1; i >= 0; i--) {
    const step = steps[i]!
    if (!needed.has(step.id)) continue
    live.push(step)
    for (const id of inputsLeft(step, choices)) needed.add(id)
  }
  return live.reverse()
}

/** Does the input reach the output, and through how many weighted nodes at most? */
function flow(
  live: readonly Step[],
  choices: Choices,
  output: string,
): { connected: boolean; depth: number } {
  const depths = new Map<string, number>()
  const reached = new Set<string>()
  for (const step of live) {
    const inputs = inputsLeft(step, choices)
    depths.set(step.id, Math.max(0, ...inputs.map((id) => depths.get(id)!)) + Number(step.weighted))
    if (step.carries || inputs.some((id) => reached.has(id))) reached.add(step.id)
  }
  return { connected: reached.has(output), depth: depths.get(output)! }
}

function timeOf(
  groups: readonly GateGroup[],
  standing: ReadonlySet<string>,
  choices: Choices,
  times: MemberTimes,
): number {
  return groups
    .filter(({ name }) => standing.has(name))
    .flatMap((group) =>
      (choices[group.name] ?? group.members.map(({ name }) => name)).map((name) => times(group, name)),
    )
    .reduce((sum, ms) => sum + ms, 0)
}
