import { ConfigSchema, type Config } from './config-schema.js'
import { crossCheck } from './cross-checks.js'
import { withRetrainPreset } from './retrain-presets.js'
import { throwProblems, validate, type Locate } from './validator.js'

/**
 * Validates a configuration and returns it with every default; the given value is not changed. A preset of
 * `retrain` becomes the settings for which it stands. `label` is the configuration's name in errors.
 */
export function checkConfig(value: unknown, locate?: Locate, label = 'config'): Config {
  const config = validate(ConfigSchema, withRetrainPreset(value), label, locate)
  throwProblems(crossCheck(config), label, locate)
  return config
}
