import { InputError } from '../base/errors.js'
import type { Attributes, Graph, Node, Shape } from './graph.js'
import { primitiveOf } from './primitives/index.js'
import type { ActivationName } from './primitives/elementwise.js'

/**
 * The most nodes of a graph. Graphs are counted, walked and compiled as a whole, which takes seconds at this
 * size.
 */
export const mostNodes = 50_000

export interface WindowOptions {
  readonly kernel: number
  readonly stride?: number
  readonly dilation?: number
}

/**
 * Adds nodes to a graph and infers their shapes. Every method returns the id of the new node, which other
 * methods take as input. The id of a node is its scope and kind, so it does not depend on the rest of the
 * graph.
 */
export interface GraphBuilder {
  /** The id of the network's input. */
  readonly input: string
  /** The prefix of the ids of this builder's nodes. */
  readonly scope: string
  /** A builder whose nodes are named `scope/…` and belong to `layer` (by default this builder's). */
  within(scope: string, layer?: string): GraphBuilder
  shapeOf(id: string): Shape
  node(kind: string, inputs: readonly string[], attrs?: Attributes): string
  conv(x: string, options: WindowOptions & { channels: number }): string
  depthwise(x: string, options: WindowOptions): string
  /** `searchOnly`: a discrete network may leave this batch norm out (`poolNorm: 'drop'`). */
  batchNorm(x: string, options?: { affine?: boolean; searchOnly?: boolean }): string
  activation(x: string, name: ActivationName): string
  /** Multiplies each feature by a factor that is learnt. */
  scale(x: string): string
  maxPool(x: string, options: WindowOptions): string
  avgPool(x: string, options: WindowOptions): string
  globalAvgPool(x: string): string
  dense(x: string, units: number): string
  /** Encodes each number in `count` bins, which fill one after another. */
  bins(x: string, count: number): string
  concat(xs: readonly string[]): string
  add(xs: readonly string[]): string
  flatten(x: string): string
  reshape(x: string, shape: Shape): string
  /** Nearest-neighbour upsampling, by default twice along each axis. */
  upsample(x: string, options?: { factor?: number }): string
  dropout(x: string, rate: number): string
  dropPath(x: string, rate: number): string
  noise(x: string, options?: { stride?: number; deviation?: number }): string
  /** Names an output's role. */
  output(role: string, id: string): void
  graph(): Graph
}

/** Starts a graph with one input of a shape; the input belongs to `layer`. */
export function graphBuilder(shape: Shape, layer: string): GraphBuilder {
  const nodes = new Map<string, Node>()
  const outputs: Record<string, string> = {}
  nodes.set('input', { id: 'input', kind: 'input', inputs: [], attrs: { shape }, shape, layer })

  const scoped = (scope: string, currentLayer: string): GraphBuilder => {
    const freshId = (kind: string): string => {
      const base = scope ? `${scope}/${kind}` : kind
      let id = base
      for (let n = 2; nodes.has(id); n++) id = `${base}-${n}`
      return id
    }
    const node = (kind: string, inputs: readonly string[], attrs: Attributes = {}): string => {
      if (nodes.size >= mostNodes)
        throw new InputError(`more than ${mostNodes.toLocaleString('en')} operations in a network`)
      const id = freshId(kind)
      try {
        const output = primitiveOf(kind).shape(inputs.map(shapeOf), attrs)
        nodes.set(id, { id, kind, inputs, attrs, shape: output, layer: currentLayer })
      } catch (error) {
        throw new Error(`${id}: ${error instanceof Error ? error.message : String(error)}`, { cause: error })
      }
      return id
    }
    const windowed = (kind: string, x: string, { stride = 1, dilation = 1, ...rest }: WindowOptions) =>
      node(kind, [x], { ...rest, stride, dilation })
    return {
      input: 'input',
      scope,
      within: (name, inner = currentLayer) => scoped(scope ? `${scope}/${name}` : name, inner),
      shapeOf,
      node,
      conv: (x, options) => windowed('conv', x, options),
      depthwise: (x, options) => windowed('depthwise', x, options),
      batchNorm: (x, { affine = true, searchOnly = false } = {}) =>
        node('batch-norm', [x], { affine, ...(searchOnly && { searchOnly }) }),
      activation: (x, name) => node('activation', [x], { function: name }),
      scale: (x) => node('scale', [x]),
      maxPool: (x, options) => windowed('max-pool', x, options),
      avgPool: (x, options) => windowed('avg-pool', x, options),
      globalAvgPool: (x) => node('global-avg-pool', [x]),
      dense: (x, units) => node('dense', [x], { units }),
      bins: (x, count) => node('bins', [x], { count }),
      concat: (xs) => (xs.length === 1 ? xs[0]! : node('concat', xs)),
      add: (xs) => (xs.length === 1 ? xs[0]! : node('add', xs)),
      flatten: (x) => node('flatten', [x]),
      reshape: (x, target) => node('reshape', [x], { shape: target }),
      upsample: (x, { factor = 2 } = {}) => node('upsample', [x], { factor }),
      dropout: (x, rate) => node('dropout', [x], { rate }),
      dropPath: (x, rate) => node('drop-path', [x], { rate }),
      noise: (x, { stride = 1, deviation = 1 } = {}) => node('noise', [x], { stride, deviation }),
      output(role, id) {
        outputs[role] = id
      },
      graph: () => ({ nodes: [...nodes.values()], outputs: { ...outputs } }),
    }
  }
  const shapeOf = (id: string): Shape => {
    const graphNode = nodes.get(id)
    if (!graphNode) throw new Error(`unknown node: ${id}`)
    return graphNode.shape
  }
  return scoped('', layer)
}
