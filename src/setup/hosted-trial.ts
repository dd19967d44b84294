import { InputError } from '../base/errors.js'
import type { Config } from '../config/config-schema.js'
import { stageConfig } from '../config/stages.js'
import { prepared, withScaling } from '../data/prepare-dataset.js'
import type { PreparedData } from '../data/types.js'
import type { Carried } from '../search/state.js'
import { resolveTraining, type ResolvedConfig } from '../train/training.js'
import type { Trial } from '../trial/types.js'
import type { TrialHost } from './host.js'
import { checkOwnParts } from './own-parts.js'
import { singleTrial, type Continued, type OwnParts } from './single-trial.js'

/**
 * Makes a trial from a resolved configuration: reads and splits the data, and sets up the search and the
 * stages before it. In the trial's own configuration, schedules are documents, and the differing settings of
 * stages are written out.
 */
export async function hostedTrial(
  given: Config,
  host: TrialHost,
  parts: OwnParts & Continued = {},
): Promise<Trial> {
  checkOwnParts(parts)
  const data = prepared(await host.dataset(given), given)
  return given.stages?.length ? stagedTrial(data, given, host, parts) : singleTrial(data, given, host, parts)
}

/**
 * A trial with searches before it. All of them are set up at once, so that their errors are reported before
 * any runs.
 */
function stagedTrial(
  data: PreparedData,
  given: Config,
  host: TrialHost,
  { interventions = [], ...ownParts }: OwnParts & Continued,
): Trial {
  const last = (config: Config) => (carried?: Carried) =>
    singleTrial(data, config, host, { ...ownParts, interventions }, { carried })
  const stage = (config: Config) =>
    config.stages!.map(({ carry, supernet }, i) => {
      const standaloneConfig = stageConfig(config, i)
      const place = `config.stages.${i}`
      const where = { place, inherits: supernet?.restrict === undefined, keep: carry.keep }
      return (carried?: Carried) =>
        told(place, () => singleTrial(data, standaloneConfig, host, ownParts, { carried, ...where }))
    })
  const resolved = resolveTraining(withScaling(given, data), data)
  const stages = given.stages!.map((each, i) => writtenOut(each, stage(given)[i]!().written, resolved))
  // The stages are set up from what is written, as they will be when the run is resumed.
  const begin = stage({ ...resolved, stages })
  const trial = last({ ...given, stages })
  return {
    ...trial(),
    stages: begin.map((setUp, i) => ({ begin: setUp, weights: stages[i]!.carry.weights })),
    continued: trial,
  }
}

/** Sets a stage up. Errors of its schedule are reported with the path of the stage. */
function told<T>(place: string, setUp: () => T): T {
  try {
    return setUp()
  } catch (error) {
    if (error instanceof InputError && error.message.startsWith('schedule.'))
      throw new InputError(error.message.replaceAll(/^schedule\./gm, `${place}.schedule.`))
    throw error
  }
}

type Stage = NonNullable<Config['stages']>[number]

/**
 * A stage with all of its settings written out. Writing it out again gives the same, including the order of
 * keys.
 */
function writtenOut(
  stage: Stage,
  { supernet, schedule, search }: ResolvedConfig,
  last: ResolvedConfig,
): Stage {
  return {
    ...stage,
    supernet: { ...stage.supernet, options: supernet.options },
    schedule,
    search: inOrderOf(last.search, search) as NonNullable<Stage['search']>,
  }
}

/** A document with its keys in the order of another one, followed by those that the other one lacks. */
function inOrderOf(other: unknown, value: unknown): unknown {
  const isObject = (each: unknown): each is Record<string, unknown> =>
    typeof each === 'object' && each !== null && !Array.isArray(each)
  if (!isObject(other) || !isObject(value)) return value
  const keys = [...Object.keys(other).filter((key) => key in value), ...Object.keys(value)]
  return Object.fromEntries([...new Set(keys)].map((key) => [key, inOrderOf(other[key], value[key])]))
}
