import type { GraphBuilder } from '../nn/builder.js'
import type { Shape } from '../nn/graph.js'
import { supernetBuilder } from './builder.js'
import { cell, type CellOptions } from './cell.js'
import type { Supernet } from './types.js'

export type CellKind = 'normal' | 'reduce'

export interface CellStackOptions extends Pick<CellOptions, 'nodes' | 'keep' | 'affine'> {
  readonly cells: number
  /** Channels of the first cell; each reduction doubles them. */
  readonly channels: number
  /** Channels of the stem. */
  readonly stem: number
  /** How often the stem halves the image before the first cell. */
  readonly halvings?: number
  /** The cells that halve the image. */
  readonly reductions: readonly number[]
  /** Whether every cell has gates of its own, or all cells of a kind share theirs (`normal`, `reduce`). */
  readonly alpha: 'per-cell' | 'shared'
  /** Candidate operations of an edge, `from→to`. */
  readonly operations: (kind: CellKind, edge: string) => readonly string[]
  /** Whether the last reduction cell has a classifier of its own, for training deep networks. */
  readonly auxiliary: boolean
}

/**
 * An image network of cells as in DARTS (arXiv:1806.09055, §3.1.1): a stem, cells that each read the two
 * before them, global average pooling, a classifier.
 */
export function cellStack(
  about: Pick<Supernet, 'space' | 'options' | 'outputs'>,
  input: Shape,
  {
    cells,
    channels: first,
    stem: width,
    halvings = 0,
    reductions,
    alpha,
    operations,
    auxiliary,
    ...rest
  }: CellStackOptions,
): Supernet {
  const s = supernetBuilder(input, 'stem')
  const stem = s.root.within('stem')
  let previous = halved(stem, s.root.input, width, halvings)
  previous = stem.batchNorm(stem.conv(previous, { channels: width, kernel: 3 }))
  let beforeThat = previous
  let channels = first
  for (let index = 0; index < cells; index++) {
    const reduction = reductions.includes(index)
    const kind = reduction ? 'reduce' : 'normal'
    if (reduction) channels *= 2
    const name = `cell${index}`
    const gates = alpha === 'shared' ? kind : name
    // Shared gates are a layer of their own.
    s.layer(gates)
    const output = cell(s, {
      ...rest,
      name,
      gates,
      inputs: [beforeThat, previous],
      channels,
      reduction,
      operations: (edge) => operations(kind, edge),
    })
    beforeThat = previous
    previous = output
    if (auxiliary && index === Math.max(...reductions))
      s.root.output('auxiliary', auxiliaryHead(s.layer('auxiliary'), output, about.outputs))
  }
  const head = s.layer('classifier')
  head.output('task', head.dense(head.globalAvgPool(previous), about.outputs))
  return s.finish(about)
}

/** Convolutions of stride 2, each of which halves the image. */
function halved(b: GraphBuilder, x: string, channels: number, times: number): string {
  if (times === 0) return x
  const half = b.activation(b.batchNorm(b.conv(x, { channels, kernel: 3, stride: 2 })), 'relu')
  return halved(b, half, channels, times - 1)
}

/**
 * A classifier on a cell in the middle, whose loss helps to train deep networks (arXiv:1409.4842): ReLU,
 * pooling to 2×2, 1×1 convolution to 128, a dense layer of 768, with batch norm and ReLU after both.
 */
function auxiliaryHead(b: GraphBuilder, x: string, outputs: number): string {
  const [height] = b.shapeOf(x) as [number]
  const stride = Math.max(1, Math.ceil(height / 2))
  const pooled = b.avgPool(b.activation(x, 'relu'), { kernel: stride + 1, stride })
  const narrow = b.activation(b.batchNorm(b.conv(pooled, { channels: 128, kernel: 1 })), 'relu')
  const wide = b.activation(b.batchNorm(b.dense(b.flatten(narrow), 768)), 'relu')
  return b.dense(wide, outputs)
}
