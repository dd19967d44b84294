import { Type } from '@sinclair/typebox'
import { oneOf } from './schema-parts.js'

/** What a run can be compared with; `src/trial/rivals/` trains each. */
export const trialRivalNames = ['constant', 'trees'] as const

export type TrialRivalName = (typeof trialRivalNames)[number]

/** The simple models beside which a run shows its network. */
export const TrialRivals = Type.Array(oneOf<TrialRivalName[]>([...trialRivalNames]), {
  uniqueItems: true,
  description: 'simple models to show beside the network: a constant, boosted trees',
})
