import type { Graph, Shape } from '../nn/graph.js'
import { sizeOf } from '../nn/primitives/types.js'
import type { Supernet } from './types.js'

/**
 * The supernet that a space built. Throws unless it has the space's name and the outputs that the data need.
 */
export function wellBuilt(
  space: string,
  built: Supernet | undefined,
  input: Shape,
  outputs: number,
): Supernet {
  const fault = built
    ? faultOf(space, built, input, outputs)
    : 'build: expected the supernet that finish gives, got nothing; return it'
  if (fault !== undefined) throw new Error(`space ${space}: ${fault}`)
  return built!
}

function faultOf(space: string, built: Supernet, input: Shape, outputs: number): string | undefined {
  const { graph, groups, options } = built
  if (built.space !== space) return `finish: expected space ${space}, got ${built.space ?? 'nothing'}`
  if (typeof options !== 'object')
    return `finish: expected the options that build was given, got ${options === undefined ? 'nothing' : typeof options}`
  if (built.outputs !== outputs)
    return `finish: expected ${outputs} outputs, got ${built.outputs ?? 'nothing'}`
  const shapeOf = (role: string) => graph.nodes.find(({ id }) => id === graph.outputs[role])?.shape
  const [task, reconstruction] = [shapeOf('task'), shapeOf('reconstruction')]
  if (!task) return `expected an output task, got ${Object.keys(graph.outputs).join(', ') || 'none'}`
  if (task.join() !== String(outputs))
    return `output task: expected shape [${outputs}], got [${task.join(', ')}]`
  if (reconstruction && sizeOf(reconstruction) !== sizeOf(input))
    return `output reconstruction: expected the ${sizeOf(input)} values of the input, got [${reconstruction.join(', ')}]`
  const read = groupsRead(graph)
  const idle = groups.find(({ name }) => !read.has(name))
  return idle && `group ${idle.name}: no output reads what it gates`
}

/** The groups whose gates are on a path to an output. */
function groupsRead({ nodes, outputs }: Graph): ReadonlySet<unknown> {
  const reached = new Set(Object.values(outputs))
  const groupNames = new Set<unknown>()
  // A node comes after those that it reads.
  for (const { id, inputs, attrs } of nodes.toReversed()) {
    if (!reached.has(id)) continue
    for (const each of inputs) reached.add(each)
    if (attrs.group !== undefined) groupNames.add(attrs.group)
  }
  return groupNames
}
