import { useBackend } from '../backend/index.js'
import { InputError } from '../base/errors.js'
import type { RivalName } from '../config/comparison-schema.js'
import type { Config } from '../config/config-schema.js'
import { ScheduleSchema } from '../config/schedule-schema.js'
import { validate } from '../config/validator.js'
import type { Schedule } from '../schedule/types.js'
import { setupTrial, type Extensions } from '../setup/setup-trial.js'
import { memoryOf, requireMemory } from '../setup/trial-memory.js'
import type { Trial } from '../trial/types.js'
import { ablatedDocument } from './ablation/variants.js'
import type { PlannedTrial } from './planned.js'
import { rivals } from './rivals/index.js'
import { placeText } from './types.js'

/**
 * Sets a trial up: starts its backend, reads its data, builds its supernet. An ablation is made from `used`,
 * the λ of a search with the whole schedule, or from those that the schedule itself gives. Throws an
 * InputError.
 */
export type SetUp = (
  planned: Pick<PlannedTrial, 'config' | 'ablation' | 'rival'>,
  used?: Schedule,
) => Promise<Trial>

/** Sets trials up whose paths are relative to a folder. */
export const setUpIn = (folder: string, extensions: Extensions): SetUp => {
  const whole = async (config: Config) => {
    await useBackend(config.backend, { relaxed: config.relaxedSimd })
    const trial = await setupTrial(config, folder, extensions)
    if (trial.data.splits.test.length === 0)
      throw new InputError('config.split.test: expected rows to compare by, got none')
    requireMemory(trial)
    return trial
  }
  return async ({ config, ablation, rival }, used) => {
    const trial = await whole(config)
    if (rival) requireSuited(rival, trial)
    if (!ablation) return trial
    const { schedule, supernet } = trial
    // In a trial's configuration, the schedule is the document itself.
    const given = validate(ScheduleSchema, trial.config.schedule, 'schedule')
    const document = ablatedDocument(given, ablation, used ?? schedule, supernet)
    return whole({ ...config, schedule: document })
  }
}

/** Throws if a rival does not suit the data of a trial, or what the document asks of it. */
function requireSuited(name: RivalName, trial: Trial): void {
  const { refuses, check } = rivals[name]
  const reason = refuses?.(trial.data.dataset)
  if (reason !== undefined) throw new InputError(`${name}: ${reason}`)
  check?.(trial)
}

/**
 * Sets up one trial of each set, size and method, so that errors are reported before any trial runs. Returns
 * the bytes of the largest training step among them; 0 if there are none.
 */
export async function setUpFirst(pending: readonly PlannedTrial[], setUp: SetUp): Promise<number> {
  let largest = 0
  const seen = new Set<string>()
  for (const each of pending) {
    const { set, size, method } = each
    const kind = JSON.stringify([set, size, method])
    if (seen.has(kind)) continue
    seen.add(kind)
    try {
      for (const { peakBytes, heldBytes } of memoryOf(await setUp(each)))
        largest = Math.max(largest, peakBytes + heldBytes)
    } catch (error) {
      if (error instanceof InputError) throw new InputError(`${error.message} (${placeText(each)})`)
      throw error
    }
  }
  return largest
}
