import { InputError } from '../base/errors.js'
import { didYouMean } from '../base/suggest.js'
import { graphBuilder, type GraphBuilder } from '../nn/builder.js'
import type { Shape } from '../nn/graph.js'
import { operationOf, operations as table } from './operations/index.js'
import type { Operation } from './operations/types.js'
import type { GateGroup, Supernet } from './types.js'

/** The most units of a group. Each has a name and is judged by itself. */
export const mostUnits = 65_536

/** Builds a supernet's graph and collects its layers and gate groups on the way. */
export interface SupernetBuilder {
  /** The builder of the layer that the input belongs to. */
  readonly root: GraphBuilder
  /** Makes the next layer k. If cells share α, make a layer for it, and build nothing in it. */
  layer(name: string): GraphBuilder
  /**
   * A mixed operation: candidate operations on one edge, of which one is wanted, or any number (`several`). A
   * single candidate is used directly, without a gate. Edges of the same name share their gates.
   */
  mixedOperation(b: GraphBuilder, x: string, edge: EdgeOptions): string
  /**
   * A choice of one among several nodes of the same shape, which you name. Choices of the same name share
   * their gates.
   */
  choice(b: GraphBuilder, members: Readonly<Record<string, string>>, options: ChoiceOptions): string
  /** A node: the weighted sum of its inputs, of which `keep` are wanted; all of them if there are no more. */
  node(b: GraphBuilder, inputs: Readonly<Record<string, string>>, options: NodeOptions): string
  /** A gate for each feature of x; at least `min` of them stay. */
  units(b: GraphBuilder, x: string, options: { name: string; layer: string; min?: number }): string
  finish(about: Pick<Supernet, 'space' | 'options' | 'outputs'>): Supernet
}

interface GroupOptions {
  /** The group's name: `cell0/0→2`. */
  readonly name: string
  /** The layer with the λ that acts on its gates. */
  readonly layer: string
}

export interface EdgeOptions extends GroupOptions {
  /** Names from the operation table, or operations of your own. */
  readonly operations: readonly (string | Operation)[]
  readonly channels: number
  readonly stride?: number
  /** Whether the edge may end with the operation that carries nothing; false by default. */
  readonly keepEmpty?: boolean
  /**
   * Whether any number of operations may stay and be added up, instead of one; false by default. The
   * operation that carries nothing is then left out.
   */
  readonly several?: boolean
}

export interface ChoiceOptions extends GroupOptions {
  /** Members that pass the signal on without learning anything. */
  readonly parameterFree?: readonly string[]
}

export interface NodeOptions extends GroupOptions {
  /** How many inputs are wanted: a number, or any number from `min` to `max`. */
  readonly keep: number | { readonly min: number; readonly max: number }
}

/** Starts a supernet for inputs of a shape. The input belongs to the first layer, `firstLayer`. */
export function supernetBuilder(input: Shape, firstLayer: string): SupernetBuilder {
  const root = graphBuilder(input, firstLayer)
  const layers = new Set([firstLayer])
  const groups = gateGroups(layers)

  return {
    root,
    layer(name) {
      layers.add(name)
      return root.within(name, name)
    },
    mixedOperation: (b, x, options) => mixOperations(groups, b, x, options),
    choice(b, inputs, { name, layer, parameterFree = [] }) {
      const members = Object.keys(inputs).map((member) => ({
        name: member,
        parameterFree: parameterFree.includes(member),
      }))
      if (members.length === 0) throw new Error(`${name}: expected members to choose from, got none`)
      if (members.length === 1) return Object.values(inputs)[0]!
      groups.add({ name, layer, kind: 'operations', members, total: 1, keep: { min: 1, max: 1 } })
      return b.node('mix', Object.values(inputs), { group: name, members: Object.keys(inputs) })
    },
    node(b, inputs, { name, layer, keep }) {
      const names = Object.keys(inputs)
      const { min, max } = typeof keep === 'number' ? { min: keep, max: keep } : (keep ?? {})
      if (names.length === 0) throw new Error(`${name}: expected inputs to choose from, got none`)
      if (!(min >= 1 && max >= min))
        throw new Error(
          `${name}: expected keep, a number from 1 on or { min, max }, got ${JSON.stringify(keep) ?? 'nothing'}`,
        )
      if (names.length <= min) return b.add(Object.values(inputs))
      const members = names.map((member) => ({ name: member }))
      groups.add({ name, layer, kind: 'inputs', members, total: max, keep: { min, max } })
      return b.node('mix', Object.values(inputs), { group: name, members: names })
    },
    units(b, x, { name, layer, min = 1 }) {
      const width = b.shapeOf(x).at(-1)!
      if (width > mostUnits)
        throw new InputError(
          `${name}: ${width} units with a gate each, at most ${mostUnits.toLocaleString('en')}`,
        )
      const names = Array.from({ length: width }, (_, i) => String(i))
      const members = names.map((member) => ({ name: member }))
      groups.add({ name, layer, kind: 'units', members, total: width, keep: { min, max: width } })
      return b.node('units', [x], { group: name, members: names })
    },
    finish(about) {
      return { ...about, input, graph: root.graph(), layers: [...layers], groups: groups.all() }
    },
  }
}

/** The groups of a supernet, by name. */
interface GateGroups {
  /** Registers a group. A group of the same name is shared, which requires the same members. */
  add(group: GateGroup): void
  all(): GateGroup[]
}

function gateGroups(layers: ReadonlySet<string>): GateGroups {
  const groups = new Map<string, GateGroup>()
  const names = ({ members }: GateGroup) => members.map(({ name }) => name).join()
  return {
    add(group) {
      if (!layers.has(group.layer))
        throw new Error(
          `${group.name}: unknown layer ${group.layer}${didYouMean(group.layer, [...layers])}; layers: ${[...layers].join(', ')}`,
        )
      const known = groups.get(group.name)
      if (known && names(known) !== names(group))
        throw new Error(`${group.name}: shared with other members: ${names(known)} and ${names(group)}`)
      groups.set(group.name, group)
    },
    all: () => [...groups.values()],
  }
}

/** Adds the mixed operation of an edge. A single operation is used directly. */
const mixOperations = (
  groups: GateGroups,
  ...[b, x, options]: Parameters<SupernetBuilder['mixedOperation']>
): ReturnType<SupernetBuilder['mixedOperation']> => {
  const { name, layer, operations, channels, stride = 1, keepEmpty = false, several = false } = options
  const known = operations.map(operationNamed).filter(({ build }) => !several || build)
  const edge = b.within(name.slice(name.lastIndexOf('/') + 1))
  const context = { channels, stride, affine: known.length === 1 }
  const built = known.flatMap((operation) => operation.build?.(edge.within(operation.name), x, context) ?? [])
  const empty = known.find(({ build }) => !build)
  if (built.length === 0) throw new Error(`${name}: expected an operation that carries something`)
  if (known.length === 1) return built[0]!
  const members = known.map(({ name: member, parameterFree = false, build }) => ({
    name: member,
    parameterFree,
    ...(!build && { empty: true }),
  }))
  const most = several ? members.length : 1
  const keep = { min: 1, max: most, ...(keepEmpty && empty && { empty: true }) }
  groups.add({ name, layer, kind: 'operations', members, total: most, keep })
  return edge.node('mix', built, {
    group: name,
    members: members.map((member) => member.name),
    ...(empty && { empty: empty.name }),
  })
}

function operationNamed(operation: string | Operation): Operation {
  if (typeof operation !== 'string') return operation
  const knownOperation = operationOf(operation)
  if (!knownOperation) {
    const names = table.map(({ name }) => name)
    throw new Error(
      `unknown operation: ${operation}${didYouMean(operation, names)}; operations: ${names.join(', ')}`,
    )
  }
  return knownOperation
}
