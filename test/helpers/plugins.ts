import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A plugin with a space for tables and a term, made of the kit alone. */
export const shortcutPlugin = `export default ({ tf, Type, searchSpace, supernetBuilder, eachGroup, distribution }) => ({
  spaces: [
    searchSpace({
      name: 'shortcut',
      description: 'a hidden layer with gated units, or a linear shortcut',
      ranks: [1],
      options: Type.Object({ width: Type.Integer({ minimum: 1, default: 6 }) }, { additionalProperties: false }),
      build({ options, input, outputs }) {
        const s = supernetBuilder(input, 'hidden')
        const b = s.layer('hidden')
        const hidden = b.activation(b.dense(b.input, options.width), 'relu')
        const gated = s.units(b, hidden, { name: 'hidden', layer: 'hidden', min: 2 })
        const out = s.layer('output')
        const inputs = { hidden: out.dense(gated, outputs), linear: out.dense(b.input, outputs) }
        out.output('task', s.node(out.within('sum'), inputs, { name: 'output/sum', layer: 'output', keep: 1 }))
        return s.finish({ space: 'shortcut', options: { ...options }, outputs })
      },
    }),
  ],
  terms: [
    {
      name: 'rareness',
      description: 'minus the sum of p² of a group',
      gates: { value: eachGroup((mixture) => tf.neg(tf.sum(tf.square(distribution(mixture))))) },
    },
  ],
})
`

/** A new folder with files, by name. */
export function folderWith(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'sentei-plugins-'))
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text)
  return folder
}
