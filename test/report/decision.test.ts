import { expect, it } from 'vitest'
import { decisionNote, decisionTexts } from '../../src/report/decision.js'
import type { RunMetrics } from '../../src/report/run.js'

const chosen: RunMetrics = {
  decision: { threshold: 0.25, by: 'f1', validation: 0.5 },
  test: {
    positive: '<bad>',
    decision: {
      chosenOn: { rows: 1200, positive: 30 },
      figures: {
        precision: { value: 0.4, interval: [0.3, 0.5], mostProbable: null },
        recall: { value: 0.8, interval: null, mostProbable: 0 },
      },
    },
  },
}

it('a chosen threshold is told with its rows, what it comes to, and what the more probable class would', () => {
  expect(decisionTexts(chosen)).toEqual([
    'for <bad> from a probability of 0.25 on, which was chosen by f1 on the 1,200 validation rows, 30 of them <bad>; f1 is 0.5 there',
    'on test: precision 0.4 [0.3, 0.5], recall 0.8',
    'the more probable class, from 0.5 on, would have precision –, recall 0',
  ])
})

it('a threshold that was set, costs, and runs of before are told as far as is known', () => {
  expect(decisionTexts({ decision: { threshold: 0.1 } })).toEqual([
    'for the positive class from a probability of 0.1 on, as configured',
  ])
  expect(decisionTexts({ decision: { threshold: 0.1, by: 'cost' } })).toEqual([
    'for the positive class from a probability of 0.1 on, which was chosen by cost on validation',
  ])
  const cost = { figures: { cost: { value: 0.3, interval: null, mostProbable: 0.6 } } }
  expect(decisionTexts({ decision: {}, test: { decision: cost } }).slice(1)).toEqual([
    'on test: cost 0.3',
    'the most probable class would have cost 0.6',
  ])
  expect(decisionTexts({})).toEqual([])
})

it('the report has a table of both, with names as text', () => {
  const run = { config: {}, events: [], schedule: [], architecture: null, timings: null, metrics: chosen }
  const { markup } = decisionNote(run)!
  const cells = [...markup.matchAll(/<t[hd][^>]*>([^<]*)<\/t[hd]>/g)].map(([, text]) => text)
  expect(cells).toEqual([
    ...['on test', 'precision', 'recall'],
    ...['this decision', '0.4 [0.3, 0.5]', '0.8'],
    ...['the more probable class, from 0.5 on', '–', '0'],
  ])
  expect(markup).toContain('The model decides for &#60;bad&#62; from a probability of 0.25 on')
  expect(decisionNote({ ...run, metrics: {} })).toBeNull()
})
