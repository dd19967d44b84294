import { ConfigSchema, type Config } from './config-schema.js'
import { crossCheck } from './cross-checks.js'
import { throwProblems, validate, type Locate } from './validator.js'

/**
 * Validates a configuration and returns it with every default; the given value is not changed. `label` is its
 * name in errors.
 */
export function checkConfig(value: unknown, locate?: Locate, label = 'config'): Config {
  const config = validate(ConfigSchema, value, label, locate)
  throwProblems(crossCheck(config), label, locate)
  return config
}
