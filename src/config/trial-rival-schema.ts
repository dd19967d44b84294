import { Type } from '@sinclair/typebox'
import { oneOf } from './schema-parts.js'

/** What a run can be compared with; `src/trial/rivals/` trains each. */
export const trialRivalNames = ['constant', 'persistence', 'seasonal-persistence', 'trees'] as const

/** Those that go on from the past of a series. */
export const forecastRivalNames: readonly string[] = ['persistence', 'seasonal-persistence']

export type TrialRivalName = (typeof trialRivalNames)[number]

/** The simple models beside which a run shows its network. */
export const TrialRivals = Type.Array(oneOf<TrialRivalName[]>([...trialRivalNames]), {
  uniqueItems: true,
  description:
    'simple models to show beside the network: a constant, boosted trees, and for forecasts the last value and that of the last season',
})
