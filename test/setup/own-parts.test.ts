import { describe, expect, it } from 'vitest'
import type { Term } from '../../src/objective/terms/types.js'
import type { AnyPlanner } from '../../src/planners/types.js'
import { rules } from '../../src/search/decide/rules/index.js'
import type { Rule } from '../../src/search/decide/rules/types.js'
import { checkOwnParts } from '../../src/setup/own-parts.js'
import { relaxations } from '../../src/supernet/relaxations/index.js'
import type { Relaxation } from '../../src/supernet/relaxations/types.js'

const value = () => undefined
const term = (actions: object) => ({ terms: [{ name: 'mine', description: '', ...actions } as Term] })
const rule = (changes: object) => ({ rules: [{ ...rules[0]!, name: 'mine', ...changes } as Rule] })
const relaxation = (changes: object, of: Relaxation = relaxations.softmax) => ({
  relaxations: [{ ...of, name: 'mine', ...changes }],
})
const planner = (keys: object) => ({ planners: [{ name: 'mine', ...keys } as unknown as AnyPlanner] })

describe('own parts of a call', () => {
  it.each([
    [{ terms: {} as Term[] }, 'terms: expected an array, got {}'],
    [{ rules: ['mine'] as unknown as Rule[] }, 'rules.0: expected an object, got "mine"'],
    [{ terms: [{ description: '' } as Term] }, 'terms.0.name: expected a name, got nothing'],
    [term({ value }), 'terms.0 (mine): expected weights, activations or gates, what it acts on, got none'],
    [term({ gates: {} }), 'terms.0 (mine).gates.value: expected a function, got nothing'],
    [term({ activations: value }), 'terms.0 (mine).activations: expected an object with value, got function'],
    [term({ weights: { value } }), 'terms.0 (mine).weights: expected gradient or proximal beside value'],
    [term({ gates: { value, selects: 'group' } }), 'selects: expected one of groups, members, got "group"'],
    [rule({ rank: undefined }), 'rules.0 (mine).rank: expected a function, got nothing'],
    [rule({ order: ['a'] }), 'rules.0 (mine).order: expected a function, got ["a"]'],
    [rule({ measures: undefined }), 'rules.0 (mine).measures: expected true or false, got nothing'],
    [rule({ by: 'me' }), 'rules.0 (mine).by: expected one of projection, perturbation, got "me"'],
    [relaxation({ step: 'sgd' }), 'relaxations.0 (mine).step: expected one of proximal, adam, got "sgd"'],
    [relaxation({ travel: 0 }), 'relaxations.0 (mine).travel: expected a number above 0, got 0'],
    [relaxation({ weights: undefined }), 'relaxations.0 (mine).weights: expected a function, got nothing'],
    [
      relaxation({ weights: value }, relaxations.gates),
      'closed: that of gates is not the closed form of other',
    ],
    [rule({ name: 'top-2' }), 'rules: there are two of the name top-2; give yours another'],
    [relaxation({ name: 'gates' }), 'relaxations: there are two of the name gates; give yours another'],
    [{ rules: [rules[0]!, rules[0]!].map((one) => ({ ...one, name: 'a' })) }, 'rules: there are two of the'],
    [planner({ levers: value, source: value }), 'planners.0 (mine).options: expected a JSON Schema'],
  ])('%j are refused: %s', (parts, message) => {
    expect(() => checkOwnParts(parts)).toThrow(message)
  })

  it('pass where they lack nothing', () => {
    const gates = { value, selects: 'members' }
    for (const parts of [term({ gates }), term({ weights: { value, gradient: value } }), rule({})])
      expect(checkOwnParts(parts)).toBeUndefined()
    expect(
      checkOwnParts(relaxation({ closed: undefined, weights: value }, relaxations.gates)),
    ).toBeUndefined()
  })
})
