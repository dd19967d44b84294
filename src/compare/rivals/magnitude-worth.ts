import { parametersOf } from '../../nn/cost.js'
import type { Graph } from '../../nn/graph.js'
import type { Slice } from '../../nn/slice.js'
import type { Worth } from '../../supernet/moves.js'
import { canPrune, pruneGroup } from '../../supernet/prune.js'
import type { GateGroup, Supernet } from '../../supernet/types.js'

type Values = ReadonlyMap<string, Float32Array>

/**
 * How much the members of a supernet weigh in a trained network: the norm of the kernels and biases that go
 * with a member if it alone is removed, times the root mean square of the batch-norm scales that go with it,
 * since the size of a kernel before a batch norm says nothing. Norms cannot judge a member without weights,
 * such as a skip: it weighs as much as the mean of the others. Each is a share of its group's sum, as the
 * weights of gates are.
 */
export function magnitudeWorth(supernet: Supernet, values: Values): Worth {
  const scaled = { ...supernet, graph: withScales(supernet.graph) }
  return Object.fromEntries(
    scaled.groups.map((group) => {
      const norms = group.members.map(({ name }) => normOf(scaled, group, name, values))
      return [group.name, shares(group, norms)]
    }),
  )
}

function shares({ members }: GateGroup, norms: readonly (number | undefined)[]): Record<string, number> {
  const known = norms.filter((norm) => norm !== undefined)
  const mean = known.length > 0 ? known.reduce((sum, each) => sum + each, 0) / known.length : 1
  const all = members.map(({ name }, i): [string, number] => [name, norms[i] ?? mean])
  const sum = all.reduce((total, [, each]) => total + each, 0)
  return Object.fromEntries(all.map(([name, each]) => [name, sum > 0 ? each / sum : 0]))
}

/** The graph with the scales and offsets that batch norms have in a discrete network. */
const withScales = (graph: Graph): Graph => ({
  ...graph,
  nodes: graph.nodes.map((node) =>
    node.kind === 'batch-norm' ? { ...node, attrs: { ...node.attrs, affine: true } } : node,
  ),
})

/** The norm of what goes with a member; undefined if it has no weights, or if nothing works without it. */
function normOf(supernet: Supernet, group: GateGroup, member: string, values: Values): number | undefined {
  const others = group.members.map(({ name }) => name).filter((name) => name !== member)
  const free = { ...group, keep: { ...group.keep, min: 0, empty: true } }
  const loose = {
    ...supernet,
    groups: supernet.groups.map((each) => (each.name === group.name ? free : each)),
  }
  if (!canPrune(loose, group.name, others)) return undefined
  const { supernet: left, slices } = pruneGroup(loose, group.name, others)
  const staying = new Set(parametersOf(left.graph).map(({ name }) => name))
  const gone = { weights: 0, count: 0, scales: 0, scaleCount: 0 }
  for (const { name, role, shape } of parametersOf(supernet.graph)) {
    const parameterValues = values.get(name)
    const cuts = slices.get(name)
    if (!parameterValues || role !== 'weight' || (staying.has(name) && !cuts)) continue
    const { squares, count } = removedSquares(parameterValues, shape, staying.has(name) ? cuts! : [])
    if (name.endsWith(':scale')) {
      gone.scales += squares
      gone.scaleCount += count
    } else if (!name.endsWith(':offset')) {
      gone.weights += squares
      gone.count += count
    }
  }
  if (gone.count === 0) return undefined
  return Math.sqrt(gone.weights) * (gone.scaleCount > 0 ? Math.sqrt(gone.scales / gone.scaleCount) : 1)
}

/** The sum of squares, and the number, of the values that cuts remove; without cuts, of all values. */
function removedSquares(
  values: Float32Array,
  shape: readonly number[],
  cuts: readonly Slice[],
): { readonly squares: number; readonly count: number } {
  const kept = cuts.map(({ axis, indices }) => ({
    size: shape[axis]!,
    stride: shape.slice(axis + 1).reduce((product, n) => product * n, 1),
    indices: new Set(indices),
  }))
  let [squares, count] = [0, 0]
  values.forEach((value, i) => {
    if (
      kept.length > 0 &&
      kept.every(({ size, stride, indices }) => indices.has(Math.floor(i / stride) % size))
    )
      return
    squares += value ** 2
    count++
  })
  return { squares, count }
}
