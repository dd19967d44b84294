import { Type } from '@sinclair/typebox'
import type { GraphBuilder } from '../src/nn/builder.js'
import { mostBins } from '../src/nn/primitives/bins.js'
import { operations } from '../src/supernet/operations/index.js'
import { supernetBuilder, type SupernetBuilder } from '../src/supernet/builder.js'
import { searchSpace } from '../src/supernet/space.js'

type Pooling = 'mean' | 'max' | 'last'

export interface TemporalConvOptions {
  windows: number[]
  layers: number
  channels: number
  reductions: number[]
  operations: string[]
  keep?: 'one' | 'any'
  pooling?: Pooling[]
  levels?: number
}

/**
 * Convolutions over time for series: a first layer of windows of several lengths at once, then a chain of separable
 * convolutions, each of one dilation or of several, as in LITE (Ismail-Fawaz et al., arXiv:2409.02869). The head reads
 * the mean over time, so that it does not matter when something happens; in windows of a longer series the last step,
 * too; and of labelled sequences how high they lie.
 */
export const temporalConv = searchSpace<TemporalConvOptions>({
  name: 'temporal-conv',
  description:
    'convolutions over time: which windows at first, then which dilations a layer, or no layer; for labelled sequences and forecasts',
  ranks: [2],
  options: Type.Object(
    {
      windows: Type.Array(Type.Integer({ minimum: 1 }), {
        minItems: 1,
        uniqueItems: true,
        default: [9, 19, 39],
        description:
          'steps that the first convolutions see, side by side; those as long as the series at most, the shortest at least',
      }),
      layers: Type.Integer({ minimum: 1, default: 2 }),
      channels: Type.Integer({ minimum: 1, default: 24 }),
      reductions: Type.Array(Type.Integer({ minimum: 0 }), {
        default: [],
        description: 'layers that read every second step only',
      }),
      operations: Type.Array(Type.String({ enum: operations.map((o) => o.name) }), {
        minItems: 1,
        uniqueItems: true,
        default: ['skip', 'tsep-9-d1', 'tsep-9-d2', 'tsep-9-d4'],
      }),
      keep: Type.Optional(
        Type.Unsafe<'one' | 'any'>({
          type: 'string',
          enum: ['one', 'any'],
          description:
            'how many candidates a further layer keeps: one, or any number, added up; any by default',
        }),
      ),
      pooling: Type.Optional(
        Type.Array(Type.Unsafe<Pooling>({ type: 'string', enum: ['mean', 'max', 'last'] }), {
          minItems: 1,
          uniqueItems: true,
          description:
            'what of the steps the head reads; mean, and last where the data is a series that was cut into windows',
        }),
      ),
      levels: Type.Optional(
        Type.Integer({
          minimum: 0,
          maximum: mostBins,
          description:
            'into how many bins the mean of each channel falls, for a path of the head of its own; 128 of labelled sequences, else none',
        }),
      ),
    },
    { additionalProperties: false },
  ),
  build({ options, input, outputs, kind }) {
    const {
      layers,
      channels,
      reductions,
      pooling = kind === 'series' ? ['mean', 'last'] : ['mean'],
      levels = kind === 'sequences' ? 128 : 0,
    } = options
    const several = options.keep !== 'one'
    const s = supernetBuilder(input, 'stem')
    let x = firstLayer(s, options)
    for (let index = 0; index < layers; index++) {
      const layer = `layer${index}`
      const stride = reductions.includes(index) && s.root.shapeOf(x)[0]! > 1 ? 2 : 1
      const edge = { name: layer, layer, operations: options.operations, channels, stride, several }
      x = s.mixedOperation(s.layer(layer), x, edge)
    }
    const head = s.layer('head')
    const features = head.activation(head.batchNorm(x), 'relu')
    const shapes = head.dense(head.concat(pooling.map((how) => pooled(head, features, how))), outputs)
    head.output('task', levels > 0 ? besideLevels(s, shapes, levels, outputs) : shapes)
    return s.finish({
      space: 'temporal-conv',
      options: { ...options, ...(several && { keep: 'any' }), pooling, ...(levels > 0 && { levels }) },
      outputs,
    })
  },
})

/**
 * Convolutions with normalised outputs hardly see how high a series lies, and nearest neighbours live on it. So the mean of each
 * channel, in bins, may say its own beside what the shapes say, or alone.
 */
function besideLevels(s: SupernetBuilder, shapes: string, levels: number, outputs: number): string {
  const b = s.layer('levels')
  const filled = b.bins(b.globalAvgPool(s.root.input), levels)
  const paths = { shapes, levels: b.dense(filled, outputs) }
  return s.node(s.layer('head'), paths, { name: 'head', layer: 'head', keep: { min: 1, max: 2 } })
}

/** The sum of convolutions with windows of several lengths, each of which may go. */
function firstLayer(s: SupernetBuilder, { windows, channels }: TemporalConvOptions): string {
  const stem = s.root.within('stem')
  const [steps] = s.root.shapeOf(s.root.input) as [number]
  const shortest = Math.min(...windows)
  const convolutions = windows
    .filter((kernel) => kernel <= Math.max(steps, shortest))
    .map((kernel): [string, string] => {
      const b = stem.within(`window-${kernel}`)
      return [`window-${kernel}`, b.batchNorm(b.conv(s.root.input, { channels, kernel }), { affine: false })]
    })
  const keep = { min: 1, max: convolutions.length }
  return s.node(stem, Object.fromEntries(convolutions), { name: 'stem', layer: 'stem', keep })
}

/** One number for each channel of a series [T, C]: its mean, its largest or its last. */
function pooled(b: GraphBuilder, x: string, how: Pooling): string {
  const [steps] = b.shapeOf(x) as [number]
  if (how === 'mean') return b.globalAvgPool(x)
  if (how === 'max') return b.flatten(b.maxPool(x, { kernel: steps, stride: steps }))
  return b.flatten(b.node('crop', [x], { left: steps - 1 }))
}
