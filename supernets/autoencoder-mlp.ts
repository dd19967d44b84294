import { Type } from '@sinclair/typebox'
import type { GraphBuilder } from '../src/nn/builder.js'
import type { Shape } from '../src/nn/graph.js'
import { sizeOf } from '../src/nn/primitives/types.js'
import type { ActivationName } from '../src/nn/primitives/elementwise.js'
import { searchSpace } from '../src/supernet/space.js'
import { supernetBuilder, type SupernetBuilder } from '../src/supernet/builder.js'

export interface AutoencoderMlpOptions {
  convolutions: number[]
  encoder: number[]
  code: number
  head: number[]
  activation: ActivationName
  minUnits: number
}

/**
 * The paper's network (Potanin, Vayser, Strijov, arXiv:2406.12992): an autoencoder, then dense layers on
 * its code. Every hidden layer's units are gated, so that the search finds the widths. Images and series
 * may go through convolutions first, whose channels are gated; the decoder mirrors them.
 */
export const autoencoderMlp = searchSpace<AutoencoderMlpOptions>({
  name: 'autoencoder-mlp',
  description:
    'an autoencoder, then dense layers on its code: how many units for each layer (arXiv:2406.12992)',
  ranks: [1, 2, 3],
  schedule: 'autoencoder-first',
  options: Type.Object(
    {
      convolutions: Type.Array(Type.Integer({ minimum: 1 }), {
        default: [],
        description:
          'for images and series: channels of convolutions before the dense layers, each halves the size',
      }),
      encoder: Type.Array(Type.Integer({ minimum: 1 }), { default: [64] }),
      code: Type.Integer({ minimum: 1, default: 32 }),
      head: Type.Array(Type.Integer({ minimum: 1 }), { default: [64, 32] }),
      activation: Type.Unsafe<ActivationName>({
        type: 'string',
        enum: ['relu', 'tanh', 'elu', 'sigmoid'],
        default: 'relu',
      }),
      minUnits: Type.Integer({ minimum: 1, default: 2, description: 'units that every layer keeps' }),
    },
    { additionalProperties: false },
  ),
  build({ options, input, outputs }) {
    const widths = [...options.encoder, options.code]
    const convolved = input.length > 1 ? options.convolutions : []
    const names = [
      ...convolved.map((_, i) => `encoder/conv${i}`),
      ...options.encoder.map((_, i) => `encoder/dense${i}`),
      'encoder/code',
    ]
    const s = supernetBuilder(input, names[0]!)
    let x: string = s.root.input
    const shapes: Shape[] = []
    convolved.forEach((channels, i) => {
      shapes.push(s.root.shapeOf(x))
      x = gatedConv(s, x, names[i]!, channels, options)
    })
    const inner = s.root.shapeOf(x)
    if (inner.length > 1) x = s.root.flatten(x)
    widths.forEach((width, i) => {
      x = gatedDense(s, x, names[convolved.length + i]!, width, options)
    })
    s.root.output('code', x)
    const code = x
    options.head.forEach((width, i) => {
      x = gatedDense(s, x, `head/dense${i}`, width, options)
    })
    const out = s.layer('head/output')
    out.output('task', out.dense(x, outputs))

    const decoded = [...options.encoder].reverse().reduce((from, width, i) => {
      const b = s.layer(`decoder/dense${i}`)
      return b.activation(b.dense(from, width), options.activation)
    }, code)
    const reconstructed =
      shapes.length > 0
        ? deconvolved(s, decoded, inner, shapes, options)
        : s.layer('decoder/output').dense(decoded, sizeOf(input))
    s.root.output('reconstruction', reconstructed)
    return s.finish({ space: 'autoencoder-mlp', options: { ...options }, outputs })
  },
})

function gatedDense(
  s: SupernetBuilder,
  x: string,
  name: string,
  width: number,
  options: AutoencoderMlpOptions,
): string {
  const b: GraphBuilder = s.layer(name)
  const hidden = b.activation(b.dense(x, width), options.activation)
  return s.units(b, hidden, { name, layer: name, min: Math.min(options.minUnits, width) })
}

function gatedConv(
  s: SupernetBuilder,
  x: string,
  name: string,
  channels: number,
  options: AutoencoderMlpOptions,
): string {
  const b: GraphBuilder = s.layer(name)
  const hidden = b.activation(b.batchNorm(b.conv(x, { channels, kernel: 3, stride: 2 })), options.activation)
  return s.units(b, hidden, { name, layer: name, min: Math.min(options.minUnits, channels) })
}

/** Back through the shapes that the encoder's convolutions read: twice the size, a convolution, and so on. */
function deconvolved(
  s: SupernetBuilder,
  x: string,
  inner: Shape,
  shapes: readonly Shape[],
  { convolutions, activation }: AutoencoderMlpOptions,
): string {
  const first = s.layer('decoder/unflatten')
  let y = first.reshape(first.activation(first.dense(x, sizeOf(inner)), activation), inner)
  for (let i = shapes.length - 1; i >= 0; i--) {
    const b = s.layer(i === 0 ? 'decoder/output' : `decoder/conv${i}`)
    const shape = shapes[i]!
    const wide = cropTo(b, b.upsample(y), shape)
    // The last convolution makes the input's own channels, in standardised units: no activation.
    y = b.conv(wide, { channels: i === 0 ? shape.at(-1)! : convolutions[i - 1]!, kernel: 3 })
    if (i > 0) y = b.activation(b.batchNorm(y), activation)
  }
  return y
}

/** What is too much along an axis that was odd goes. */
function cropTo(b: GraphBuilder, x: string, shape: Shape): string {
  const [extra = 0, second = 0] = shape.slice(0, -1).map((size, axis) => b.shapeOf(x)[axis]! - size)
  if (extra + second === 0) return x
  return b.node('crop', [x], shape.length === 3 ? { top: extra, left: second } : { left: extra })
}
