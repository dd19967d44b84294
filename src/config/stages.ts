import { checkConfig } from './check-config.js'
import type { Config } from './config-schema.js'

/**
 * The configuration of one of the searches before the last: the main configuration with the changes of the
 * stage.
 */
export function stageConfig(config: Config, index: number): Config {
  const { stages, budget: _, benchmark: __, ...rest } = config
  const { supernet = {}, schedule, search = {} } = stages![index]!
  const { options = {}, restrict = rest.supernet.restrict } = supernet
  const { options: ___, ...retrain } = rest.retrain
  return checkConfig(
    {
      ...rest,
      supernet: {
        space: rest.supernet.space,
        options: { ...rest.supernet.options, ...options },
        restrict,
      },
      schedule,
      search: searchOf(rest.search, search),
      // A stage is neither retrained nor judged.
      retrain: { ...retrain, auxiliary: 0 },
      criteria: [],
    },
    undefined,
    `config.stages.${index}`,
  )
}

/**
 * The settings of a stage's search. Its own length replaces that of the last search, in steps or in epochs.
 */
function searchOf(last: Config['search'], stageSearch: Readonly<Record<string, unknown>>): object {
  const { steps, epochs, ...others } = last
  if (stageSearch.earlyStop !== undefined) delete (others as { earlyStop?: unknown }).earlyStop
  const length = stageSearch.steps === undefined && stageSearch.epochs === undefined ? { steps, epochs } : {}
  return merged({ ...length, ...others }, stageSearch)
}

/** Merges two documents at every depth, except that lists are replaced. */
function merged(under: object, over: object): object {
  const isObject = (value: unknown): value is object =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
  const result: Record<string, unknown> = { ...under }
  for (const [key, value] of Object.entries(over)) {
    const below = result[key]
    result[key] = isObject(below) && isObject(value) ? merged(below, value) : value
  }
  return result
}
