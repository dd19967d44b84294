import { Type } from '@sinclair/typebox'

/** The schema of an architecture's file, an `Architecture`, for reading it back. */
export const ArchitectureSchema = Type.Object({
  format: Type.Literal('sentei-architecture/1'),
  space: Type.String(),
  options: Type.Record(Type.String(), Type.Unknown()),
  input: Type.Array(Type.Integer({ minimum: 1 }), { minItems: 1 }),
  outputs: Type.Integer({ minimum: 1 }),
  groups: Type.Array(
    Type.Object({
      name: Type.String(),
      layer: Type.String(),
      kind: Type.Union([Type.Literal('operations'), Type.Literal('inputs'), Type.Literal('units')]),
      kept: Type.Array(
        Type.Object({ member: Type.String(), gate: Type.Union([Type.Number(), Type.Null()]) }),
      ),
      of: Type.Integer({ minimum: 1 }),
    }),
  ),
})
