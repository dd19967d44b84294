import { InputError } from '../base/errors.js'
import type { Config } from '../config/config-schema.js'
import { curveAt, curveFault } from '../schedule/curve.js'
import { hardGumbelSoftmax } from '../supernet/relaxations/gumbel-softmax.js'
import { relaxations } from '../supernet/relaxations/index.js'
import type { Relaxation, RelaxationName } from '../supernet/relaxations/types.js'

/** The name of the configured relaxation. */
export const relaxationName = (setting: Config['relaxation']): RelaxationName =>
  typeof setting === 'string' ? setting : setting.name

/** The configured relaxation of a search of so many iterations, its temperature following its curve. */
export function relaxationOf(setting: Config['relaxation'], steps: number): Relaxation {
  const { name, hard = false, temperature } = typeof setting === 'string' ? { name: setting } : setting
  if (hard && name !== 'gumbel-softmax')
    throw new InputError(
      `config.relaxation.hard: only gumbel-softmax draws, so only it can be hard, got ${name}`,
    )
  const relaxation = hard ? hardGumbelSoftmax : relaxations[name]
  if (!relaxation.temperature) {
    if (temperature === undefined) return relaxation
    throw new InputError(`config.relaxation.temperature: ${name} has no temperature; remove it`)
  }
  const curve = temperature ?? { curve: 'linear' as const, ...relaxation.temperature }
  const fault = curveFault(curve)
  if (fault) throw new InputError(`config.relaxation.temperature: ${fault}`)
  const temperatureAt = (t: number) => curveAt(curve, steps > 1 ? Math.min(t, steps - 1) / (steps - 1) : 1)
  for (let t = 0; t < steps; t++)
    if (temperatureAt(t) <= 0)
      throw new InputError(
        `config.relaxation.temperature: expected numbers above 0 throughout, got ${temperatureAt(t)} at iteration ${t}`,
      )
  return { ...relaxation, temperatureAt }
}
