import type { TrialRivalName } from '../../config/trial-rival-schema.js'
import { constant } from './constant.js'
import { trees } from './trees.js'
import type { TrialRival } from './types.js'

/** The simple models beside which a run can show its network, by the names that a configuration uses. */
export const trialRivals: Readonly<Record<TrialRivalName, TrialRival>> = { constant, trees }
