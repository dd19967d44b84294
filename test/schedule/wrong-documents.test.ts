import { describe, expect, it } from 'vitest'
import { InputError } from '../../src/base/errors.js'
import type { CompileContext } from '../../src/schedule/compile.js'
import { relaxations } from '../../src/supernet/relaxations/index.js'
import { compile, l1, one } from './context.js'

describe('a wrong document', () => {
  it.each<[string, object, string, Partial<CompileContext>?]>([
    [
      'a glob that matches no layer',
      one([l1({ lambda: 1, layers: 'encodr/*' })]),
      'schedule.phases.0 (all).terms.0.layers: no layer matches encodr/*; layers: cell0, cell1, cell2',
    ],
    [
      'an untrainable glob',
      one([], { train: 'x' }),
      'schedule.phases.0 (all).train: no layer matches x; layers: stem, cell0, cell1, cell2, classifier',
    ],
    [
      'an unknown term',
      one([{ term: 'l3', part: 'gates', lambda: 1 }]),
      'schedule.phases.0 (all).terms.0.term: unknown term l3; did you mean "l1"?; terms: l1, l2, distance-to-init',
    ],
    [
      'a part that a term does not act on',
      one([{ term: 'orthogonality', part: 'gates', lambda: 1 }]),
      'schedule.phases.0 (all).terms.0.part: orthogonality acts on weights, not on gates',
    ],
    [
      'a term that makes no sense on the relaxation',
      one([l1({ lambda: 1 })]),
      'schedule.phases.0 (all).terms.0: l1 on softmax is refused: weights of softmax sum to a constant',
      { relaxation: relaxations.softmax },
    ],
    [
      'a reconstruction without a decoder',
      one([], { losses: { reconstruction: 1 } }),
      'schedule.phases.0 (all).losses.reconstruction: this supernet has no decoder',
      { decoder: false },
    ],
    [
      'a last phase that ends early',
      { phases: [{ name: 'a', until: 0.5 }] },
      'schedule.phases.0.until: expected 1 for the last phase, got 0.5',
    ],
    [
      'phases that run backwards',
      {
        phases: [
          { name: 'a', until: 0.5 },
          { name: 'b', until: 0.4 },
          { name: 'c', until: 1 },
        ],
      },
      'schedule.phases.1 (b).until: expected more than 0.5, got 0.4',
    ],
    [
      'pruning that ends before it begins',
      { ...one([]), prune: { from: 0.5, until: 0.4 } },
      'schedule.prune: until (0.4) comes before from (0.5)',
    ],
    [
      'a budget without an amount',
      { ...one([]), budget: { metric: 'flops' } },
      "schedule.budget: expected value (in the unit of flops) or share (of the supernet's flops), or tolerance, got neither",
    ],
    [
      'a budget with two amounts',
      { ...one([]), budget: { metric: 'flops', value: 100, share: 0.1 } },
      "schedule.budget: expected value (in the unit of flops) or share (of the supernet's flops), got both",
    ],
    [
      'something to hold a tolerance against without a tolerance',
      { ...one([]), budget: { metric: 'flops', share: 0.1, against: 'best' } },
      'schedule.budget.against: expected tolerance beside it, got best alone',
    ],
    [
      'a budget below the floor',
      { ...one([]), budget: { metric: 'parameters', value: 50 } },
      'schedule.budget.value: the least that a legal architecture costs is 51.5 of 1000 parameters, got 50',
    ],
    [
      'a share below the floor',
      { ...one([]), budget: { metric: 'parameters', share: 0.05 } },
      'schedule.budget.share: the least that a legal architecture costs is 0.0515, which is 51.5 of 1000 parameters, got 0.05',
    ],
    [
      'a menu that does not fall',
      { ...one([]), budget: { metric: 'parameters', share: 0.3, menu: [0.5, 0.2] } },
      'schedule.budget.menu.1: expected more than the budget, 0.3, and less than 1, got 0.2',
    ],
    [
      'a menu of amounts beside a share',
      { ...one([]), budget: { metric: 'parameters', share: 0.3, menu: [500] } },
      'schedule.budget.menu.0: expected more than the budget, 0.3, and less than 1, got 500',
    ],
    [
      'a budget of times that nobody measured',
      { ...one([]), budget: { metric: 'latency', value: 2 } },
      'schedule.budget.metric: latency needs config.objective.latency, a table of measured times',
    ],
    [
      'a budget of something else',
      { ...one([]), budget: { metric: 'memory', value: 2 } },
      'schedule.budget.metric: expected one of parameters, flops, depth, latency, got "memory"',
    ],
    [
      'a share of more than the whole',
      { ...one([]), budget: { metric: 'parameters', share: 1.5 } },
      'schedule.budget.share: expected number > 0 and < 1, got 1.5',
    ],
    [
      'an exponential through 0',
      one([l1({ lambda: { curve: 'exponential', from: 0, to: 1 } })]),
      'schedule.phases.0 (all).terms.0.lambda: an exponential curve needs from and to above 0',
    ],
    [
      'steps without their values',
      one([l1({ lambda: { curve: 'step', values: [1], at: [0.5] } })]),
      'a step curve needs one value more than times, got 1 values and 1 times',
    ],
    [
      'times that fall',
      one([
        l1({
          lambda: {
            curve: 'piecewise',
            points: [
              [0.5, 1],
              [0.4, 2],
            ],
          },
        }),
      ]),
      'schedule.phases.0 (all).terms.0.lambda: times must rise',
    ],
    ['a negative λ', one([l1({ lambda: -1 })]), 'schedule.phases.0.terms.0.lambda'],
    ['an unknown key', one([l1({ lambda: 1, layer: 'cell0' })]), 'schedule.phases.0.terms.0'],
  ])('with %s is refused, where and why', (_what, document, message, changed) => {
    expect(() => compile(document, changed)).toThrow(InputError)
    expect(() => compile(document, changed)).toThrow(message)
  })
})
