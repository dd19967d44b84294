import { InputError, expected } from '../base/errors.js'
import { sha256 } from '../base/hash.js'
import type { Config } from '../config/config-schema.js'
import type { ScheduleDocument } from '../config/schedule-schema.js'
import type { Json } from '../config/schema-parts.js'
import type { PreparedData } from '../data/types.js'

/** The settings on which a search depends, in addition to its data and schedule. */
const settings = [
  'seed',
  'backend',
  'relaxedSimd',
  'split',
  'supernet',
  'stages',
  'relaxation',
  'objective',
  'search',
] as const

/** The settings of a configuration that a replay must share with the frozen run. */
export function replaySettings(config: Config): Record<string, Json> {
  // The path of the table of measured times does not matter; its hash does.
  const objective = { ...config.objective, latency: undefined }
  return Object.fromEntries(
    settings.map((key) => [key, (key === 'objective' ? objective : config[key]) as Json]),
  )
}

/**
 * Throws if a frozen schedule cannot replay its run with a configuration and data, and tells what differs.
 * `latency` is the text of the table of measured times, if there is one.
 */
export function checkReplay(
  { replay }: ScheduleDocument,
  config: Config,
  { dataset }: Pick<PreparedData, 'dataset'>,
  latency: string | undefined,
): void {
  if (!replay) return
  const remedy = 'as in the run that was frozen; without "replay" the schedule’s table runs alone'
  if (replay.data !== dataset.hash)
    throw new InputError(
      `schedule.replay.data: expected data of hash ${replay.data.slice(0, 12)}…, got ${dataset.name} of hash ${dataset.hash.slice(0, 12)}…, ${remedy}`,
    )
  if (replay.latency !== (latency === undefined ? undefined : sha256(latency)))
    throw new InputError(`config.objective.latency: expected the table of measured times, ${remedy}`)
  const mismatch = difference(replay.config, replaySettings(config), 'config')
  if (mismatch) throw expected(mismatch.path, `${JSON.stringify(mismatch.wanted)}, ${remedy}`, mismatch.got)
}

interface Difference {
  readonly path: string
  readonly wanted: unknown
  readonly got: unknown
}

/**
 * The first value of a document that differs in another one. Keys that only the other one has are ignored.
 */
function difference(wanted: unknown, got: unknown, path: string): Difference | undefined {
  const both = [wanted, got].every((each) => typeof each === 'object' && each !== null)
  const lists = Array.isArray(wanted) || Array.isArray(got)
  if (!both || lists)
    return JSON.stringify(wanted) === JSON.stringify(got) ? undefined : { path, wanted, got }
  for (const [key, value] of Object.entries(wanted as object)) {
    const mismatch = difference(value, (got as Record<string, unknown>)[key], `${path}.${key}`)
    if (mismatch) return mismatch
  }
  return undefined
}
