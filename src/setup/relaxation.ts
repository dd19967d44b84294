import { InputError } from '../base/errors.js'
import { didYouMean } from '../base/suggest.js'
import type { Config } from '../config/config-schema.js'
import { curveAt, curveFault } from '../schedule/curve.js'
import { relaxations } from '../supernet/relaxations/index.js'
import type { Relaxation } from '../supernet/relaxations/types.js'

/**
 * Finds a relaxation by its name; `ownRelaxations` override the registry's. Throws with a list of all names if there is
 * none.
 */
export function relaxationNamed(
  name: string,
  path: string,
  ownRelaxations: readonly Relaxation[] = [],
): Relaxation {
  const all = [...ownRelaxations, ...Object.values<Relaxation>(relaxations)]
  const relaxation = all.find((each) => each.name === name)
  if (relaxation) return relaxation
  const names = all.map((each) => each.name)
  throw new InputError(
    `${path}: unknown relaxation ${name}${didYouMean(name, names)}; relaxations: ${names.join(', ')}`,
  )
}

/** The configured relaxation without its temperature. */
export function relaxationIn(
  setting: Config['relaxation'],
  ownRelaxations: readonly Relaxation[] = [],
): Relaxation {
  const { name, hard = false } = typeof setting === 'string' ? { name: setting } : setting
  const relaxation = relaxationNamed(name, 'config.relaxation', ownRelaxations)
  if (!hard) return relaxation
  if (relaxation.hard) return relaxation.hard
  const able = [...ownRelaxations, ...Object.values<Relaxation>(relaxations)]
    .filter((each) => each.hard)
    .map((each) => each.name)
  throw new InputError(
    `config.relaxation.hard: only what draws can be hard (${able.join(', ')}), got ${name}`,
  )
}

/** The configured relaxation for a search of `steps` iterations, with its temperature curve. */
export function relaxationOf(
  setting: Config['relaxation'],
  steps: number,
  ownRelaxations: readonly Relaxation[] = [],
): Relaxation {
  const relaxation = relaxationIn(setting, ownRelaxations)
  const { name, temperature } = typeof setting === 'string' ? { name: setting } : setting
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
