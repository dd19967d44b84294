import type { MemberAblation } from '../../../events/types.js'
import { keepable, type GateGroup } from '../../../supernet/types.js'
import { hurt } from '../../removal/ablation.js'
import type { Rule } from './types.js'

/**
 * Keeps the members whose removal hurts most (Wang et al., arXiv:2108.04392, without tuning in between):
 * operations first, then inputs, as published.
 */
export const perturbation: Rule = {
  name: 'perturbation',
  description: 'the members whose removal hurts most, one group after another',
  measures: true,
  by: 'perturbation',
  order: (groups) => [...groups.filter((group) => !isInputs(group)), ...groups.filter(isInputs)],
  rank(group, { measure }) {
    const names = keepable(group).map(({ name }) => name)
    const ablated = measure!(group, names)
    return { worth: Object.fromEntries(names.map((name) => [name, hurtOf(ablated[name])])), ablated }
  },
}

const isInputs = ({ kind }: GateGroup) => kind === 'inputs'

/** How much an ablation hurts. A result that is not a number hurts more than anything. */
export function hurtOf(ablation: MemberAblation | undefined): number {
  const value = ablation ? hurt(ablation) : 0
  return Number.isNaN(value) ? Number.MAX_VALUE : value
}
