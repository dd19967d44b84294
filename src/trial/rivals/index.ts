import type { TrialRivalName } from '../../config/trial-rival-schema.js'
import { constant } from './constant.js'
import { persistence } from './persistence.js'
import { seasonalPersistence } from './seasonal-persistence.js'
import { trees } from './trees.js'
import type { TrialRival } from './types.js'

/** The simple models beside which a run can show its network, by the names that a configuration uses. */
export const trialRivals: Readonly<Record<TrialRivalName, TrialRival>> = {
  constant,
  persistence,
  'seasonal-persistence': seasonalPersistence,
  trees,
}
