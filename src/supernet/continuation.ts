import type { Attributes, Node } from '../nn/graph.js'
import { primitiveOf } from '../nn/primitives/index.js'
import type { Supernet } from './types.js'

/**
 * The supernet as a forecast that continues from the last step of its series. It reads the steps as
 * differences from the last one, and its output is added to that,
 *
 *     ŷ = x_T + f(x_1 − x_T, …, x_{T−1} − x_T, x_T)
 *
 * so that it also works at levels which no training row has (as NLinear does: Zeng et al., arXiv:2205.13504,
 * §4). `columns` tells which feature of the input [T, C] each output continues; both must have the same
 * scale.
 */
export function continuing(supernet: Supernet, columns: readonly number[]): Supernet {
  const { nodes, outputs } = supernet.graph
  const input = nodes.find(({ kind }) => kind === 'input')!
  const task = nodes.find(({ id }) => id === outputs.task)!
  const differences = node('from-last', [input], {}, input.layer)
  const known = node('last', [input], { columns }, task.layer)
  const sum = node('continuation', [task, known], {}, task.layer, 'add')
  const readsDifferences = nodes
    .filter((each) => each !== input)
    .map((each) => ({ ...each, inputs: each.inputs.map((id) => (id === input.id ? differences.id : id)) }))
  return {
    ...supernet,
    graph: {
      nodes: [input, differences, ...readsDifferences, known, sum],
      outputs: { ...outputs, task: sum.id },
    },
  }
}

function node(id: string, inputs: readonly Node[], attrs: Attributes, layer: string, kind = id): Node {
  const shape = primitiveOf(kind).shape(
    inputs.map((each) => each.shape),
    attrs,
  )
  return { id, kind, inputs: inputs.map((each) => each.id), attrs, shape, layer }
}
