import { Type, type Static } from '@sinclair/typebox'
import picomatch from 'picomatch'
import { InputError } from '../base/errors.js'
import type { GateGroup, Supernet, Latency } from '../supernet/types.js'

const strict = { additionalProperties: false }

/** Measured times of a supernet's operations, as `sentei bench operations` writes them. */
export const LatencySchema = Type.Object(
  {
    format: Type.Literal('sentei-latency/1'),
    /** Where they were measured, as free text. */
    about: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
    operations: Type.Array(
      Type.Object(
        {
          group: Type.String({ description: 'glob over gate groups' }),
          member: Type.String({ description: 'glob over members' }),
          ms: Type.Number({ minimum: 0, description: 'milliseconds for one example' }),
        },
        strict,
      ),
      { minItems: 1 },
    ),
    rest: Type.Optional(
      Type.Number({ minimum: 0, description: 'milliseconds of everything else in a network' }),
    ),
  },
  { $id: 'latency', ...strict },
)

export type LatencyTable = Static<typeof LatencySchema>

/** A table, and its text, which is part of a run's identity. */
export interface ReadLatency {
  readonly table: LatencyTable
  readonly text: string
}

/**
 * The milliseconds of a supernet's members by a table. Of several lines that match a group and a member, the
 * last one counts. Throws if an operation that carries something has no line; inputs and units without a line
 * take no time.
 */
export function latencyOf({ operations }: LatencyTable, supernet: Supernet): Latency {
  const find = (group: GateGroup, member: string) =>
    operations.findLast(
      (line) => picomatch.isMatch(group.name, line.group) && picomatch.isMatch(member, line.member),
    )?.ms
  const times = new Map<string, number>()
  for (const group of supernet.groups)
    for (const { name, empty = false } of group.members) {
      const ms = find(group, name)
      if (ms === undefined && group.kind === 'operations' && !empty)
        throw new InputError(`config.objective.latency: no line matches ${name} of ${group.name}`)
      times.set(`${group.name} ${name}`, ms ?? 0)
    }
  return (group, member) => times.get(`${group.name} ${member}`) ?? 0
}
