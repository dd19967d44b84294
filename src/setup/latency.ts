import { existsSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { Type, type Static } from '@sinclair/typebox'
import picomatch from 'picomatch'
import { InputError } from '../base/errors.js'
import { validate } from '../config/validator.js'
import type { GateGroup, Supernet, Latency } from '../supernet/types.js'

const strict = { additionalProperties: false }

/** Measured times of a supernet's operations: what `sentei bench operations` writes. */
export const LatencySchema = Type.Object(
  {
    format: Type.Literal('sentei-latency/1'),
    /** Where it was measured; free text. */
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
  },
  { $id: 'latency', ...strict },
)

export type LatencyTable = Static<typeof LatencySchema>

/** A table read from a file, and the file's text, which is part of a run's identity. */
export function readLatency(file: string, folder: string): { table: LatencyTable; text: string } {
  const path = resolve(folder, file)
  if (!existsSync(path))
    throw new InputError(
      `config.objective.latency: no file ${path}; measure one: sentei bench operations --supernet NAME --out FILE`,
    )
  const text = readFileSync(path, 'utf8')
  try {
    return { table: validate(LatencySchema, JSON.parse(text), file), text }
  } catch (error) {
    if (error instanceof SyntaxError) throw new InputError(`${path}: not JSON: ${error.message}`)
    throw error
  }
}

/**
 * Milliseconds of a supernet's members by a table: of the lines that match a group and a member, the last. Each
 * operation that carries something must have one; inputs and units that none matches take no time of their own.
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
