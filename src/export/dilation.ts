import type { Node } from '../nn/graph.js'
import { parametersOf } from '../nn/cost.js'
import { sizeOf } from '../nn/primitives/types.js'
import type { PlainNetwork } from './fold.js'

/**
 * Rewrites windows that standard layers cannot express as larger ones with zeros between their taps; the
 * function of the network stays the same. The DepthwiseConv2D layer of TensorFlow.js 4.22 reads
 * `dilationRate` but ignores it, and no layer accepts a stride together with a dilation.
 */
export function withoutDilations({ graph, values }: PlainNetwork): PlainNetwork {
  const result = new Map(values)
  const shapes = new Map(parametersOf(graph).map(({ name, shape }) => [name, shape]))
  const nodes = graph.nodes.map((node) => {
    if (!isRefused(node)) return node
    const { kernel, dilation } = node.attrs as { kernel: number; dilation: number }
    const name = `${node.id}:kernel`
    result.set(name, spreadTaps(values.get(name)!, shapes.get(name)!, dilation))
    return { ...node, attrs: { ...node.attrs, kernel: reach(kernel, dilation), dilation: 1 } }
  })
  return { graph: { ...graph, nodes }, values: result }
}

function isRefused({ kind, attrs }: Node): boolean {
  const [stride, dilation] = [attrs.stride ?? 1, attrs.dilation ?? 1]
  return dilation !== 1 && (kind === 'depthwise' || (kind === 'conv' && stride !== 1))
}

const reach = (kernel: number, dilation: number): number => (kernel - 1) * dilation + 1

/** Spreads the taps of [h, w, …] to [(h − 1) · dilation + 1, (w − 1) · dilation + 1, …]. */
function spreadTaps(
  taps: Float32Array,
  [height, width, ...rest]: readonly number[],
  dilation: number,
): Float32Array {
  const [rows, columns, tap] = [reach(height!, dilation), reach(width!, dilation), sizeOf(rest)]
  const spread = new Float32Array(rows * columns * tap)
  for (let i = 0; i < height!; i++)
    for (let j = 0; j < width!; j++) {
      const from = (i * width! + j) * tap
      spread.set(taps.subarray(from, from + tap), (i * columns + j) * dilation * tap)
    }
  return spread
}
