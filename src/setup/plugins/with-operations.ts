import type { TSchema } from '@sinclair/typebox'
import { operations as table } from '../../supernet/operations/index.js'
import type { Operation } from '../../supernet/operations/types.js'
import type { AnySpace } from '../../supernet/space.js'

/**
 * Those of some spaces that name their operations, taught further ones: their options may name them, and what
 * they build has them.
 */
export const withOperations = (
  spaces: readonly AnySpace[],
  ownOperations: readonly Operation[],
): AnySpace[] =>
  ownOperations.length === 0
    ? []
    : spaces.flatMap((space) => (namesIn(space) ? [taught(space, ownOperations)] : []))

/** The schema of the option `operations`, as far as it is used here. */
interface NamesSchema {
  readonly items: { readonly enum: readonly string[] }
}

interface Options {
  readonly properties?: { readonly operations?: TSchema & Partial<NamesSchema> }
}

/** The schema of the operations that a space names, if its names are those of the operation table. */
function namesIn({ options }: AnySpace): (TSchema & NamesSchema) | undefined {
  const { operations } = (options as Options).properties ?? {}
  const names = operations?.items?.enum
  const isOfTable = names?.every((name) => table.some((operation) => operation.name === name))
  return isOfTable ? (operations as TSchema & NamesSchema) : undefined
}

function taught(space: AnySpace, ownOperations: readonly Operation[]): AnySpace {
  const schema = namesIn(space)!
  const known = [...schema.items.enum, ...ownOperations.map(({ name }) => name)]
  const operations = { ...schema, items: { ...schema.items, enum: known } }
  const { options } = space
  return {
    ...space,
    options: { ...options, properties: { ...(options as Options).properties, operations } },
    build(context) {
      const { options: given } = context as { readonly options: { readonly operations: readonly string[] } }
      const named = given.operations.map((name) => ownOperations.find((each) => each.name === name) ?? name)
      const built = space.build({ ...context, options: { ...given, operations: named } as never })
      // What a supernet says of its options is written to files, which hold names.
      return { ...built, options: { ...built.options, operations: given.operations } }
    },
  }
}
