import { Type } from '@sinclair/typebox'
import type { GraphBuilder } from '../src/nn/builder.js'
import { sizeOf } from '../src/nn/primitives/types.js'
import type { ActivationName } from '../src/nn/primitives/elementwise.js'
import { searchSpace } from '../src/supernet/space.js'
import { supernetBuilder, type SupernetBuilder } from '../src/supernet/builder.js'

interface Options {
  encoder: number[]
  code: number
  head: number[]
  activation: ActivationName
  minUnits: number
}

/**
 * The paper's network (Potanin, Vayser, Strijov, arXiv:2406.12992): an autoencoder, then dense layers on
 * its code. Every hidden layer's units are gated, so that the search finds the widths.
 */
export const autoencoderMlp = searchSpace<Options>({
  name: 'autoencoder-mlp',
  description:
    'an autoencoder, then dense layers on its code: how many units for each layer (arXiv:2406.12992)',
  ranks: [1, 2, 3],
  schedule: 'autoencoder-first',
  options: Type.Object(
    {
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
    const names = [
      ...options.encoder.map((_, i) => `encoder/dense${i}`),
      'encoder/code',
      ...options.head.map((_, i) => `head/dense${i}`),
    ]
    const s = supernetBuilder(input, names[0]!)
    const flat = input.length > 1 ? s.root.flatten(s.root.input) : s.root.input
    let x = widths.reduce((from, width, i) => gatedDense(s, from, names[i]!, width, options), flat)
    s.root.output('code', x)
    const code = x
    options.head.forEach((width, i) => {
      x = gatedDense(s, x, `head/dense${i}`, width, options)
    })
    const out = s.layer('head/output')
    out.output('task', out.dense(x, outputs))

    const decoder = [...options.encoder].reverse().reduce((from, width, i) => {
      const b = s.layer(`decoder/dense${i}`)
      return b.activation(b.dense(from, width), options.activation)
    }, code)
    const reconstruction = s.layer('decoder/output')
    reconstruction.output('reconstruction', reconstruction.dense(decoder, sizeOf(input)))
    return s.finish({ space: 'autoencoder-mlp', options: { ...options }, outputs })
  },
})

function gatedDense(s: SupernetBuilder, x: string, name: string, width: number, options: Options): string {
  const b: GraphBuilder = s.layer(name)
  const hidden = b.activation(b.dense(x, width), options.activation)
  return s.units(b, hidden, { name, layer: name, min: Math.min(options.minUnits, width) })
}
