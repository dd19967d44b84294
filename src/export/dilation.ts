import type { Node } from '../nn/graph.js'
import type { PlainNetwork } from './fold.js'

/**
 * The same function with every dilated depthwise convolution written as a larger one with zeros between its
 * taps: the DepthwiseConv2D layer of TensorFlow.js 4.22 reads `dilationRate` and ignores it.
 */
export function withoutDilatedDepthwise({ graph, values }: PlainNetwork): PlainNetwork {
  const result = new Map(values)
  const nodes = graph.nodes.map((node) => {
    const dilation = (node.attrs.dilation as number | undefined) ?? 1
    if (node.kind !== 'depthwise' || dilation === 1) return node
    const kernel = node.attrs.kernel as number
    const name = `${node.id}:kernel`
    result.set(name, spreadTaps(values.get(name)!, kernel, dilation, channelsOf(node)))
    return { ...node, attrs: { ...node.attrs, kernel: reach(kernel, dilation), dilation: 1 } }
  })
  return { graph: { ...graph, nodes }, values: result }
}

const reach = (kernel: number, dilation: number): number => (kernel - 1) * dilation + 1
const channelsOf = ({ shape }: Node): number => shape.at(-1)!

/** [k, k, C, 1] as [K, K, C, 1] with K = (k − 1) · dilation + 1. */
function spreadTaps(taps: Float32Array, kernel: number, dilation: number, channels: number): Float32Array {
  const size = reach(kernel, dilation)
  const spread = new Float32Array(size * size * channels)
  for (let i = 0; i < kernel; i++)
    for (let j = 0; j < kernel; j++) {
      const from = (i * kernel + j) * channels
      const to = (i * size + j) * dilation * channels
      spread.set(taps.subarray(from, from + channels), to)
    }
  return spread
}
