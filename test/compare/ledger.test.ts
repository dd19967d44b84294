import { expect, it } from 'vitest'
import { ledgerOf } from '../../src/compare/ledger.js'
import type { PlannedTrial } from '../../src/compare/planned.js'
import type { TrialRow } from '../../src/compare/types.js'
import { processorClock } from '../helpers/processor.js'

const planned = (method: string, seed: number, key = `${method}-${seed}`): PlannedTrial =>
  ({ set: 'a', size: 'all', method, seed, key }) as unknown as PlannedTrial

const row = (trial: PlannedTrial, hash = `rows of ${trial.seed}`): TrialRow =>
  ({
    set: trial.set,
    size: trial.size,
    method: trial.method,
    seed: trial.seed,
    key: trial.key,
    rows: { hash },
    seconds: { search: 1, baseline: null, retrain: 1 },
  }) as unknown as TrialRow

it('trials that share a key are one to run, and two rows', () => {
  const [auto, again] = [planned('auto', 1), planned('again', 1, 'auto-1')]
  const ledger = ledgerOf([auto, again], [])
  expect(ledger.pending()).toEqual([auto])
  ledger.add(row(auto))
  expect(ledger.pending()).toEqual([])
  expect(ledger.rows.map(({ method }) => method)).toEqual(['auto', 'again'])
})

it('what a store has is done, under the names of now, once', () => {
  const trial = planned('renamed', 1, 'key')
  const stored = row(planned('former', 1, 'key'))
  const ledger = ledgerOf([trial], [stored, stored, row(planned('of another comparison', 9))])
  expect(ledger.rows.map(({ method }) => method)).toEqual(['renamed'])
  expect(ledger.pending()).toEqual([])
  expect(ledger.others).toBe(1)
})

it('refuses rows of other data, before and after they are kept', () => {
  const [a, b] = [planned('a', 1), planned('b', 1)]
  const ledger = ledgerOf([a, b, planned('b', 2)], [row(a)])
  expect(() => ledger.check(row(b, 'others'))).toThrow(/expected the rows of method a, got others/)
  ledger.check(row(planned('b', 2), 'others'))
  expect(() => ledgerOf([a, b], [row(a), row(b, 'others')])).toThrow(/the data changed since/)
})

it('20,000 trials are kept in a time that does not grow with their square', () => {
  const trials = Array.from({ length: 20_000 }, (_, i) => planned(`m${i % 10}`, Math.floor(i / 10)))
  const ledger = ledgerOf(trials, [])
  const seconds = processorClock()
  for (const trial of trials) {
    ledger.check(row(trial))
    ledger.add(row(trial))
    ledger.secondsLeft(4)
  }
  expect(seconds()).toBeLessThan(5)
  expect(ledger.secondsLeft(4)).toBe(0)
})
