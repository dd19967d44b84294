import { InputError } from '../base/errors.js'
import { randomSource } from '../base/random.js'
import { discretise, uniformGates } from '../derive/network.js'
import { randomArchitecture } from '../derive/random.js'
import type { PlainNetwork } from '../export/fold.js'
import type { Graph, Node } from '../nn/graph.js'
import { parametersOf } from '../nn/cost.js'
import { sizeOf } from '../nn/primitives/types.js'
import { carryingMembers } from '../nn/transform.js'
import { architectureCosts } from '../supernet/architecture-cost.js'
import { exclusiveNodes } from '../supernet/exclusive.js'
import type { GateGroup, Supernet } from '../supernet/types.js'
import { equalNodes } from './equal-nodes.js'
import { lineThrough, type Line } from './line.js'
import { sharesEqual, thoroughMs, timeNetwork, type RuntimeName, type Timing } from './runtimes.js'

/** Measures the milliseconds that the operations of a supernet, and what is around them, take for one example. */
export interface MemberTimes {
  /** What a member takes in a network. */
  of(group: string, member: string): Promise<number>
  /** What a network takes beside its operations: stem, head, sums. */
  rest(): Promise<number>
  /** What the network of a supernet that is cut to an architecture takes: its operations and the rest. */
  predict(left: Supernet): Promise<number>
}

/**
 * The number of random architectures whose whole networks are timed. They tell what a network takes beside its
 * operations, and how much more or less an operation takes in a network than alone, where what it reads and
 * writes lies in a nearer cache.
 */
const references = 8

/**
 * The times of a supernet's operations in a runtime: of each the shortest of `runs`, because load only adds
 * time, beyond that of a network that does nothing. Before all that, a network runs for `warmUpMs`
 * milliseconds.
 */
export function memberTimes(
  supernet: Supernet,
  runtime: RuntimeName,
  { runs, warmUpMs = thoroughMs }: Omit<Timing, 'mostMs'>,
): MemberTimes {
  const timing = { runs, mostMs: 1000 }
  const known = new Map<string, Promise<number>>()
  const least = async (graph: Graph) => (await timeNetwork(runtime, filled(graph), timing)).least
  const once = (graph: Graph): Promise<number> => {
    const form = formOf(graph)
    const time = known.get(form) ?? least(graph)
    known.set(form, time)
    return time
  }
  /** What a network takes beyond one that does nothing. */
  const beyond = async (graph: Graph): Promise<number> =>
    Math.max(0, (await once(graph)) - (await once(nothing(graph))))
  const timeOf = async (group: string, member: string): Promise<number> => {
    let sum = 0
    // A group that several edges share has a part on each of them, and their times add up.
    for (const part of partsOf(supernet, group, member)) sum += await beyond(part)
    return sum
  }
  const sumOf = async (left: Supernet): Promise<number> => {
    const times = new Map<string, number>()
    for (const { name, kind, members } of left.groups)
      if (kind === 'operations')
        for (const { name: member } of members) times.set(`${name} ${member}`, await timeOf(name, member))
    // What nothing reaches, or what reaches nothing, is not in the network.
    const weight = ({ name }: GateGroup, member: string) => times.get(`${name} ${member}`) ?? 0
    const { cost } = architectureCosts(left, 'latency', weight)({})
    return Math.max(0, cost - (await twice(left)))
  }
  /** What operations that are computed once would take if each were computed. */
  const twice = async (left: Supernet): Promise<number> => {
    const { nodes } = networkOf(left)
    let sum = 0
    if (sharesEqual[runtime])
      for (const node of equalNodes(networkOf(left))) {
        const read = nodes.find(({ id }) => id === node.inputs[0])!
        if (node.inputs.length === 1) sum += await beyond(networkAround([node], [read], node.id))
      }
    return sum
  }
  const measure = async (): Promise<Line> => {
    const lefts = Array.from({ length: references }, (_, index) =>
      randomArchitecture(supernet, randomSource(1), { index }),
    ).filter((left) => left !== undefined)
    if (lefts[0] && warmUpMs > 0)
      await timeNetwork(runtime, filled(networkOf(lefts[0])), { runs: 1, warmUpMs })
    const points: [number, number][] = []
    for (const left of lefts) points.push([await sumOf(left), await least(networkOf(left))])
    // Once more, and not at once: other work on the machine comes and goes.
    for (const [index, left] of lefts.entries())
      points[index]![1] = Math.min(points[index]![1], await least(networkOf(left)))
    return lineThrough(points)
  }
  let measured: Promise<Line> | undefined
  const line = () => (measured ??= measure())
  return {
    of: async (group, member) => (await line()).slope * (await timeOf(group, member)),
    rest: async () => (await line()).rest,
    predict: async (left) => (await line()).rest + (await line()).slope * (await sumOf(left)),
  }
}

/** The discrete network of a supernet that is cut to an architecture. */
export const networkOf = (left: Supernet): Graph =>
  discretise(left, uniformGates(left), { gates: 'drop', affine: true }).graph

/** A graph with random parameters, all of them different, so that no runtime takes two nodes for equal. */
export function filled(graph: Graph): PlainNetwork {
  const random = randomSource(1)
  const values = parametersOf(graph).map(({ name, shape }) => {
    const numbers = random.stream('filled', name).uniforms(sizeOf(shape))
    // Of about the size of trained weights; variances are above 0.
    return [
      name,
      name.endsWith(':variance') ? numbers.map((x) => x + 0.5) : numbers.map((x) => x / 4),
    ] as const
  })
  return { graph, values: new Map(values) }
}

/** The nodes of a member as separate networks, one for each edge of the group. */
function partsOf({ graph }: Supernet, group: string, member: string): Graph[] {
  return graph.nodes.flatMap((mix) => {
    const from =
      mix.kind === 'mix' && mix.attrs.group === group
        ? mix.inputs[carryingMembers(mix).indexOf(member)]
        : undefined
    if (from === undefined) return []
    const inside = new Set(exclusiveNodes(graph, [{ mix, input: from }]).map(({ id }) => id))
    const nodes = graph.nodes.filter(({ id }) => inside.has(id))
    const fed = graph.nodes.filter(
      ({ id }) => !inside.has(id) && nodes.some(({ inputs }) => inputs.includes(id)),
    )
    if (fed.length === 0) return []
    if (new Set(fed.map(({ shape }) => shape.join())).size > 1)
      throw new InputError(`${group}: ${member} reads inputs of several sizes and cannot be timed by itself`)
    return [networkAround(nodes, fed, from)]
  })
}

/** Nodes as a network of one input, without gates: of what is open all is open. */
function networkAround(nodes: readonly Node[], fed: readonly Node[], from: string): Graph {
  const renamed = new Map(fed.map(({ id }) => [id, 'input']))
  const kept: Node[] = []
  for (const original of nodes) {
    const node = { ...original, inputs: original.inputs.map((id) => renamed.get(id) ?? id) }
    if (node.kind === 'units') renamed.set(node.id, node.inputs[0]!)
    else kept.push(node.kind === 'mix' ? { ...node, kind: 'add', attrs: {} } : node)
  }
  return { nodes: [inputOf(fed[0]!), ...kept], outputs: { task: renamed.get(from) ?? from } }
}

const inputOf = ({ shape, layer }: Node): Node => ({
  id: 'input',
  kind: 'input',
  inputs: [],
  attrs: { shape },
  shape,
  layer,
})

/** A network that passes on what another one is fed. */
const nothing = ({ nodes: [input] }: Graph): Graph => ({ nodes: [input!], outputs: { task: 'input' } })

/** A key that is equal for networks that compute the same: kinds, sizes and connections, without names. */
function formOf({ nodes }: Graph): string {
  const places = new Map(nodes.map(({ id }, place) => [id, place]))
  return JSON.stringify(
    nodes.map(({ kind, shape, attrs, inputs }) => [
      kind,
      shape,
      kind === 'input' ? {} : { ...attrs, group: undefined },
      inputs.map((id) => places.get(id)),
    ]),
  )
}
