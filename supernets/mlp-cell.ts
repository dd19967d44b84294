import { Type } from '@sinclair/typebox'
import type { GraphBuilder } from '../src/nn/builder.js'
import { activationNames, type ActivationName } from '../src/nn/primitives/elementwise.js'
import { mostBins } from '../src/nn/primitives/bins.js'
import { supernetBuilder, type SupernetBuilder } from '../src/supernet/builder.js'
import { searchSpace } from '../src/supernet/space.js'

export interface MlpCellOptions {
  blocks: number
  width: number
  hidden: number
  activations: ActivationName[]
  minUnits: number
  bins?: number
}

/**
 * Dense blocks for tables, in the manner of residual networks for tables (Gorishniy et al.,
 * arXiv:2106.11959, §3.2): for each block whether it is there, whether its input goes past it, how many
 * hidden units it has, and with which activation.
 */
export const mlpCell = searchSpace<MlpCellOptions>({
  name: 'mlp-cell',
  description: 'dense blocks for tables: which blocks, which shortcuts, how many units, which activation',
  ranks: [1],
  options: Type.Object(
    {
      blocks: Type.Integer({ minimum: 1, default: 3 }),
      width: Type.Integer({ minimum: 1, default: 32, description: 'units between blocks' }),
      hidden: Type.Integer({ minimum: 1, default: 64, description: 'hidden units of a block, at most' }),
      activations: Type.Array(Type.Unsafe<ActivationName>({ type: 'string', enum: activationNames }), {
        minItems: 1,
        uniqueItems: true,
        default: ['relu', 'tanh', 'elu'],
      }),
      minUnits: Type.Integer({ minimum: 1, default: 2, description: 'hidden units that a block keeps' }),
      bins: Type.Optional(
        Type.Integer({
          minimum: 1,
          maximum: mostBins,
          description:
            'into how many bins each input falls, for a path of the stem beside the inputs themselves; none by default',
        }),
      ),
    },
    { additionalProperties: false },
  ),
  build({ options, input, outputs }) {
    const s = supernetBuilder(input, 'stem')
    let x = stem(s, options)
    for (let index = 0; index < options.blocks; index++) {
      const layer = `block${index}`
      const b = s.layer(layer)
      const hidden = b.within('hidden').dense(b.batchNorm(x), options.hidden)
      const activated = Object.fromEntries(
        options.activations.map((name) => [name, b.within(name).activation(hidden, name)]),
      )
      const mixed = s.choice(b.within('activation'), activated, { name: `${layer}/activation`, layer })
      const min = Math.min(options.minUnits, options.hidden)
      const units = s.units(b, mixed, { name: `${layer}/units`, layer, min })
      const paths = { skip: x, dense: b.within('out').dense(units, options.width) }
      // Both paths open make a residual block, one alone a plain one, or none at all.
      x = s.node(b.within('paths'), paths, { name: `${layer}/paths`, layer, keep: { min: 1, max: 2 } })
    }
    const head: GraphBuilder = s.layer('head')
    head.output('task', head.dense(head.activation(head.batchNorm(x), 'relu'), outputs))
    return s.finish({ space: 'mlp-cell', options: { ...options }, outputs })
  },
})

/** What blocks read: the inputs, their bins, or both. */
function stem(s: SupernetBuilder, { width, bins }: MlpCellOptions): string {
  const b = s.root.within('stem')
  const inputs = b.dense(s.root.input, width)
  if (bins === undefined) return inputs
  const binned = b.within('bins')
  const paths = { inputs, bins: binned.dense(binned.bins(s.root.input, bins), width) }
  return s.node(b, paths, { name: 'stem', layer: 'stem', keep: { min: 1, max: 2 } })
}
