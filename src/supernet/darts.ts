import { Type, type TSchema } from '@sinclair/typebox'
import { cellStack, type CellKind } from './cell-stack.js'
import { plainNotation } from './notation.js'
import { genotypeNotation } from './notations/genotype.js'
import { searchSpace, type TypedSpace } from './space.js'

/** Options that every space of DARTS's network has. */
export interface DartsOptions {
  cells: number
  channels: number
  nodes: number
  inputs: number
  alpha: 'per-cell' | 'shared'
  auxiliary: boolean
  operations?: string[]
}

const shared = {
  cells: Type.Integer({ minimum: 1, default: 8 }),
  channels: Type.Integer({ minimum: 1, default: 16 }),
  alpha: Type.Unsafe<'per-cell' | 'shared'>({
    type: 'string',
    enum: ['per-cell', 'shared'],
    default: 'per-cell',
    description: 'gates of each cell’s own, or shared by all cells of a kind, as published',
  }),
  auxiliary: Type.Boolean({
    default: false,
    description: 'a second classifier on the last reduction cell; retrain.auxiliary asks for it',
  }),
}

/** The stem has three times the cells' channels. */
const stemMultiplier = 3

export interface DartsSpace {
  readonly name: string
  readonly description: string
  /** Candidate operations of an edge, `from→to`, of a kind of cell. */
  readonly operations: (options: DartsOptions, kind: CellKind, edge: string) => readonly string[]
  /** Further options. Nodes and inputs are 4 and 2 if they are not among them. */
  readonly options?: Record<string, TSchema>
}

/**
 * A space on the search network of DARTS (Liu, Simonyan & Yang, arXiv:1806.09055, §3.1.1): reduction cells at
 * one and two thirds of the depth, by default four nodes per cell and two inputs per node, and one operation
 * per edge.
 */
export const dartsSpace = ({
  name,
  description,
  operations,
  options: more = {},
}: DartsSpace): TypedSpace<DartsOptions> =>
  searchSpace<DartsOptions>({
    name,
    description,
    ranks: [3],
    options: Type.Object({ ...shared, ...more }, { additionalProperties: false }),
    notation: (options) =>
      options.alpha === 'shared'
        ? genotypeNotation({ ...options, fixed: (group) => onlyOf(operations, options, group) })
        : plainNotation,
    build({ options, input, outputs }) {
      const { cells, channels, nodes = 4, inputs: keep = 2, alpha, auxiliary } = options
      const thirds = [Math.floor(cells / 3), Math.floor((2 * cells) / 3)]
      return cellStack({ space: name, options: { ...options }, outputs }, input, {
        cells,
        channels,
        stem: channels * stemMultiplier,
        nodes,
        keep,
        // With fewer than three cells a third can be the first cell, which does not reduce.
        reductions: thirds.filter((index) => index > 0),
        alpha,
        auxiliary,
        affine: false,
        operations: (kind, edge) => operations(options, kind, edge),
      })
    },
  })

/** The operation of an edge that has only one; otherwise undefined. */
function onlyOf(
  operations: DartsSpace['operations'],
  options: DartsOptions,
  group: string,
): string | undefined {
  const [kind, edge] = group.split('/') as [CellKind, string]
  const [only, ...more] = operations(options, kind, edge)
  return more.length > 0 ? undefined : only
}
