import { totalmem } from 'node:os'
import * as tf from '@tensorflow/tfjs-core'
import { useBackend } from '../backend/index.js'
import { InputError } from '../base/errors.js'
import { randomSource } from '../base/random.js'
import type { Config } from '../config/config-schema.js'
import { prepareData } from '../data/prepare.js'
import type { Graph, Node } from '../nn/graph.js'
import { ParameterStore } from '../nn/parameter-store.js'
import { run } from '../nn/run.js'
import { carryingMembers } from '../nn/transform.js'
import type { LatencyTable } from '../setup/latency.js'
import { buildSupernet } from '../setup/supernet-of.js'
import { exclusiveNodes } from '../supernet/exclusive.js'
import type { Supernet } from '../supernet/types.js'

export interface BenchOperationsOptions {
  /** The configuration whose data, supernet and backend are measured. */
  readonly config: Config
  /** The folder to which paths in the configuration are relative. */
  readonly folder: string
  /**
   * The number of timed runs of each operation; 30 by default. The shortest counts, because load only adds
   * time.
   */
  readonly runs?: number
}

/**
 * Measures every operation of a configuration's supernet for one example on the search's backend, and returns
 * the table that `config.objective.latency` reads. Operations that compute the same are measured once.
 */
export async function benchOperations({
  config,
  folder,
  runs = 30,
}: BenchOperationsOptions): Promise<LatencyTable> {
  await useBackend(config.backend, { relaxed: config.relaxedSimd })
  const supernet = buildSupernet(config, await prepareData(config, folder), [], totalmem())
  const known = new Map<string, number>()
  const operations = supernet.groups
    .filter(({ kind }) => kind === 'operations')
    .flatMap(({ name, members }) =>
      members.map((member) => {
        // A group that several edges share has a part on each of them, and their times add up.
        const parts = partsOf(supernet, name, member.name)
        const ms = parts.reduce((sum, part) => sum + timeOf(part, supernet, known, runs), 0)
        return { group: name, member: member.name, ms: Number(ms.toPrecision(4)) }
      }),
    )
  if (operations.length === 0)
    throw new InputError(
      `config.supernet.space: ${supernet.space} chooses no operations, so there is nothing to time`,
    )
  const about = {
    space: supernet.space,
    input: [...supernet.input],
    backend: config.backend,
    node: process.version,
  }
  return { format: 'sentei-latency/1', about, operations }
}

/** The nodes of a member as separate networks, one for each edge of the group. */
function partsOf({ graph }: Supernet, group: string, member: string): Graph[] {
  const shapes = new Map(graph.nodes.map((node) => [node.id, node]))
  return graph.nodes.flatMap((mix) => {
    const from =
      mix.kind === 'mix' && mix.attrs.group === group
        ? mix.inputs[carryingMembers(mix).indexOf(member)]
        : undefined
    if (from === undefined) return []
    const inside = new Set(exclusiveNodes(graph, [{ mix, input: from }]).map(({ id }) => id))
    const nodes = graph.nodes.filter(({ id }) => inside.has(id))
    const outside = [...new Set(nodes.flatMap(({ inputs }) => inputs))].filter((id) => !inside.has(id))
    if (outside.length === 0) return []
    const fed = outside.map((id): Node => ({ ...shapes.get(id)!, kind: 'input', inputs: [] }))
    if (new Set(fed.map(({ shape }) => shape.join())).size > 1)
      throw new InputError(`${group}: ${member} reads inputs of several sizes and cannot be timed by itself`)
    return [{ nodes: [...fed, ...nodes], outputs: { out: from } }]
  })
}

/** Milliseconds for one example: the shortest of the timed runs, which follow ten runs to warm up. */
function timeOf(graph: Graph, { groups }: Supernet, known: Map<string, number>, runs: number): number {
  const form = formOf(graph)
  const found = known.get(form)
  if (found !== undefined) return found
  const store = ParameterStore.of(graph, randomSource(1))
  const input = tf.randomNormal([1, ...graph.nodes[0]!.shape], 0, 1, 'float32', 1)
  const gates = new Map(
    groups.map(({ name, members, total }) => [name, members.map(() => total / members.length)]),
  )
  const times: number[] = []
  for (let n = -10; n < runs; n++) {
    const start = performance.now()
    tf.tidy(() =>
      run(graph, ['out'], {
        input,
        training: false,
        parameter: (name) => store.get(name),
        mixture: (group) => tf.tensor1d(gates.get(group)!),
        statistics: new Map(),
      }).out.dataSync(),
    )
    if (n >= 0) times.push(performance.now() - start)
  }
  store.dispose()
  input.dispose()
  const least = Math.min(...times)
  known.set(form, least)
  return least
}

/** A key that is equal for operations that compute the same: kinds, sizes and connections, without names. */
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
