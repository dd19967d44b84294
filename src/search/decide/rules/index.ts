import type { Schedule } from '../../../schedule/types.js'
import { magnitude } from './magnitude.js'
import { perturbation } from './perturbation.js'
import { sampling } from './sampling.js'
import { threshold } from './threshold.js'
import { top2 } from './top-2.js'
import type { Rule } from './types.js'

/** The registry of rules: one file and one line each. */
export const rules: readonly Rule[] = [magnitude, top2, threshold, perturbation, sampling]

/** The rule that a schedule names, one of the registry or one of the user's own. */
export function ruleOf({
  schedule,
  rules: ownRules = [],
}: {
  readonly schedule: Schedule
  readonly rules?: readonly Rule[]
}): Rule {
  const { rule } = schedule.prune
  const namedRule = [...ownRules, ...rules].find(({ name }) => name === rule)
  if (!namedRule) throw new Error(`unknown rule: ${rule}`)
  return namedRule
}

/**
 * The rule by which members are weighed during the search: the schedule's own, or magnitude if that would
 * have to measure every member each time.
 */
export function weighingRule(context: Parameters<typeof ruleOf>[0]): Rule {
  const rule = ruleOf(context)
  return rule.measures ? magnitude : rule
}
