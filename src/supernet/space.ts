import type { TSchema } from '@sinclair/typebox'
import type { Encoding } from '../data/types.js'
import type { Shape } from '../nn/graph.js'
import { plainNotation, type Notation } from './notation.js'
import type { Supernet } from './types.js'

/** The context for which a supernet is built. */
export interface BuildContext<Options> {
  readonly options: Options
  /** One example's shape: [features] or [height, width, channels]. */
  readonly input: Shape
  /** Classes, or regression outputs. */
  readonly outputs: number
  /** The kind of the data, for defaults that depend on it; unknown when a sample is built. */
  readonly kind?: Encoding['kind']
}

/**
 * A search space: a supernet for any data of a fitting shape. Each is one file in `supernets/` and one line
 * in the registry.
 */
export interface SearchSpace<Options = Record<string, unknown>> {
  readonly name: string
  /** One sentence: what it searches over, and its source. */
  readonly description: string
  /** JSON Schema of its options, with defaults. */
  readonly options: TSchema
  /** The numbers of axes that an example may have: 1 for vectors, 2 for series, 3 for images. */
  readonly ranks: readonly number[]
  /** The preset that `schedule: auto` selects for the space; `strong-then-relaxed` by default. */
  readonly schedule?: string
  build(context: BuildContext<Options>): Supernet
  /**
   * The space's own syntax for architectures, for a supernet with these options; `plainNotation` by default.
   */
  notation?(options: Options): Notation
}

/**
 * A space with options of any type, as the registry holds it. Options are validated against its schema first.
 */
export type AnySpace = SearchSpace<never>

/** A space that knows the type of its options. */
export type TypedSpace<Options> = AnySpace & { readonly optionsType?: Options }

/** Declares a search space. */
export const searchSpace = <Options>(definition: SearchSpace<Options>): TypedSpace<Options> => definition

/** A space with some options; the others have their defaults. */
export interface ChosenSpace {
  readonly space: AnySpace
  readonly options: object
}

/** Makes a function that chooses the options of a space. */
export const chooser =
  <Options>(space: TypedSpace<Options>) =>
  (options: Partial<Options> = {}): ChosenSpace => ({ space, options })

/** The syntax of a space's architectures, for a supernet with these (validated) options. */
export const notationOf = (space: AnySpace, options: unknown): Notation =>
  space.notation?.(options as never) ?? plainNotation
