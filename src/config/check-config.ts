import { ConfigSchema, type Config } from './config-schema.js'
import { crossCheck } from './cross-checks.js'
import { throwProblems, validate, type Locate } from './validator.js'

/** Checks a configuration and fills in every default; what is given stays as it is. */
export function checkConfig(value: unknown, locate?: Locate): Config {
  const config = validate(ConfigSchema, value, 'config', locate)
  throwProblems(crossCheck(config), 'config', locate)
  return config
}
