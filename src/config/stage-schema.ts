import { Type } from '@sinclair/typebox'
import { json, object } from './schema-parts.js'

const schedule = Type.Union([Type.String(), Type.Record(Type.String(), json)], {
  default: 'none',
  description: 'of this search; none by default: gates move, and no λ presses them',
})

/** What a search leaves to the next one. */
const Carry = object(
  {
    keep: Type.Optional(
      Type.Integer({
        minimum: 1,
        description:
          'members of each choice of operations that go on, the strongest; inputs of nodes all go on. By default what the search ended with',
      }),
    ),
    weights: Type.Boolean({
      default: false,
      description: 'the next search begins with its weights, where names and shapes are the same',
    }),
  },
  { default: {} },
)

/** A search before the last one: the settings in which it differs, and what the next search takes over. */
export const StageSchema = object({
  supernet: Type.Optional(
    object({
      options: Type.Optional(
        Type.Record(Type.String(), json, { description: 'those in which its supernet differs' }),
      ),
      restrict: Type.Optional(
        Type.Array(
          object({
            group: Type.String(),
            allow: Type.Optional(Type.Array(Type.String())),
            forbid: Type.Optional(Type.Array(Type.String())),
          }),
        ),
      ),
    }),
  ),
  schedule,
  search: Type.Optional(
    Type.Record(Type.String(), json, { description: 'settings in which it trains otherwise' }),
  ),
  carry: Carry,
})
