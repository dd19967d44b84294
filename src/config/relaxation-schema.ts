import { Type } from '@sinclair/typebox'
import { Curve } from './schedule-schema.js'

const Name = Type.String({ minLength: 1 })

/** How α becomes mixture weights: the name of a relaxation, alone or with its settings. */
export const RelaxationSchema = Type.Union(
  [
    Name,
    Type.Object(
      {
        name: Name,
        temperature: Type.Optional(Curve),
        hard: Type.Optional(Type.Boolean()),
      },
      { additionalProperties: false },
    ),
  ],
  {
    default: 'gates',
    description: 'its name, or name, temperature (a curve) and, for gumbel-softmax, hard',
  },
)
