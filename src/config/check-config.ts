import { ConfigSchema, type Config } from './config-schema.js'
import { crossCheck } from './cross-checks.js'
import { throwProblems, validate, type Locate } from './validator.js'

/** Checks a configuration and fills in every default; what is given stays as it is. `label` is what errors call it. */
export function checkConfig(value: unknown, locate?: Locate, label = 'config'): Config {
  const config = validate(ConfigSchema, value, label, locate)
  throwProblems(crossCheck(config), label, locate)
  return config
}
