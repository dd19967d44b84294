import type { Choice, DraftedData } from './types.js'

/** The side in pixels that the cells of a first search get: time grows in proportion to the image's area. */
const usualSide = 16

/** The search space for a kind of data. */
export function draftSpace({ kind, shape, options }: Pick<DraftedData, 'kind' | 'shape' | 'options'>): {
  readonly section: { readonly space: string; readonly options?: Readonly<Record<string, number>> }
  readonly choices: readonly Choice[]
} {
  const why = (text: string): Choice => ({ key: ['supernet', 'space'], why: text })
  if (kind === 'table')
    return {
      section: { space: 'mlp-cell', options },
      choices: [why('dense blocks for tables; the search chooses blocks, shortcuts, units and activations')],
    }
  if (kind === 'series')
    return {
      section: { space: 'autoencoder-mlp' },
      choices: [why('dense layers over the window; the search chooses how many units each has')],
    }
  if (kind === 'sequences')
    return {
      section: { space: 'temporal-conv' },
      choices: [why('convolutions over time; the search chooses windows, dilations and layers')],
    }
  const side = Math.max(...shape!.slice(0, 2))
  const halvings = Math.max(0, Math.ceil(Math.log2(side / usualSide)))
  return {
    section: { space: 'darts-cell', ...(halvings > 0 && { options: { halvings } }) },
    choices: [
      why('cells for images; the search chooses an operation for each edge'),
      ...(halvings > 0
        ? [
            {
              key: ['supernet', 'options', 'halvings'],
              why: `how often the first layer halves the images, to ${Math.ceil(side / 2 ** halvings)} pixels; one less takes four times as long`,
            },
          ]
        : []),
    ],
  }
}
