import { beforeAll, describe, expect, it } from 'vitest'
import type { Event } from '../../src/events/types.js'
import { taskCost } from '../../src/supernet/cost.js'
import { choose } from '../../src/supernet/prune.js'
import { Diverged } from '../../src/train/diverged.js'
import { trainBaseline } from '../../src/trial/baseline.js'
import type { Sized } from '../../src/trial/figures.js'
import { smallestNearBest } from '../../src/trial/near-best.js'
import { retrainArchitecture } from '../../src/trial/retrain-architecture.js'
import { attemptsOf } from '../../src/trial/smallest.js'
import { eventsOf, modelOf, onePhase, tinyMlp, trialOf, vectorData } from '../helpers/trials.js'
import { tensorCounter } from '../setup/tensors.js'

let sizes: readonly Sized[] = []
beforeAll(() => {
  // Not in order of size.
  sizes = [2, 10, 6].map(sized)
})

const trial = (validation = 32) =>
  trialOf(vectorData({ train: 64, validation, test: 16 }), tinyMlp({ encoder: [12], code: 12, head: [12] }), {
    schedule: onePhase([{ term: 'l1', part: 'gates', lambda: 8 }]),
    retrain: { epochs: 40, batch: 8 },
  })

/** The same network with so many units in each layer. */
function sized(units: number): Sized {
  const made = trial()
  const model = modelOf(made)
  const whole = model.architecture()
  model.dispose()
  const groups = whole.groups.map((group) => ({ ...group, kept: group.kept.slice(0, units) }))
  const choices = Object.fromEntries(groups.map(({ name, kept }) => [name, kept.map(({ member }) => member)]))
  const cost = taskCost(choose(made.supernet, choices).supernet).parameters
  return { size: units / 12, cost, architecture: { ...whole, groups } }
}

async function chosen(tolerance: number, made = trial()) {
  const events: Event[] = []
  const hooks = { emit: (event: Event) => void events.push(event) }
  const reference = await trainBaseline(made, hooks)
  const newTensors = tensorCounter()
  const found = await smallestNearBest(made, hooks, tolerance, sizes, reference)
  expect(newTensors()).toBe(0)
  return { ...found, events, reference }
}

describe('the smallest size that is as good as the best', () => {
  it('tries all sizes, the largest first, and holds each against the one of the least error', async () => {
    const { tolerated, events } = await chosen(0)
    const { attempts } = tolerated
    expect(attempts.map(({ size }) => size)).toEqual([10 / 12, 6 / 12, 2 / 12])
    const least = Math.min(...attempts.map(({ validation }) => validation!))
    for (const { validation, worse } of attempts) expect(worse).toBeCloseTo(validation! / least - 1, 5)
    expect(eventsOf(events, 'attempt').map(({ size }) => size)).toEqual(attempts.map(({ size }) => size))
    expect(eventsOf(events, 'kept')).toEqual([{ type: 'kept', size: tolerated.kept }])
  })

  it('is the smallest within what is allowed, as it was retrained', async () => {
    const { tolerated, chosen: kept, final, reference } = await chosen(0)
    const within = tolerated.attempts.filter(({ worse, allowed }) => worse! <= allowed!)
    expect(within.length).toBeLessThan(3)
    expect(kept.size).toBe(Math.min(...within.map(({ size }) => size!)))
    expect(tolerated).toMatchObject({ against: 'best', tolerance: 0, kept: kept.size, within: true })
    const alone = await retrainArchitecture(trial(), { emit: () => undefined }, kept.architecture, reference)
    expect(alone.validation).toBe(final.validation)
  })

  it('is the smallest of all where anything is allowed', async () => {
    const { chosen: kept } = await chosen(0.999)
    // Two units are more than twice as bad on these data, whose targets need more.
    const { attempts } = (await chosen(0)).tolerated
    const reach = attempts.filter(({ worse }) => worse! <= 0.999).map(({ size }) => size!)
    expect(kept.size).toBe(Math.min(...reach))
    expect(kept.size).toBeLessThan(10 / 12)
  })

  it('is the largest where nothing can be compared', async () => {
    const { data } = trial()
    const made = { ...trial(), data: { ...data, splits: { ...data.splits, validation: new Uint32Array() } } }
    const { chosen: kept, tolerated } = await chosen(0.01, made)
    expect(kept.size).toBe(10 / 12)
    expect(tolerated.within).toBeNull()
    expect(tolerated.attempts.every(({ worse, allowed }) => worse === null && allowed === null)).toBe(true)
  })

  it('is none of those whose training diverges; where all do, so does the trial', async () => {
    const diverging = (which: (size: number) => boolean) => {
      let size = 0
      const emit = (event: Event) => {
        if (event.type === 'attempt') size = event.size!
        if (event.type === 'evaluation' && event.stage === 'retrain' && which(size))
          throw new Diverged('retrain', { step: 8, why: 'the loss is not finite' }, { step: 0, rates: [1] })
      }
      return smallestNearBest(trial(), { emit }, 0.999, sizes, null)
    }
    const { chosen: kept, tolerated } = await diverging((size) => size !== 10 / 12)
    expect(kept.size).toBe(10 / 12)
    const cause = expect.stringContaining('retrain diverged: the loss is not finite') as string
    expect(tolerated.attempts.slice(1).map(({ diverged }) => diverged)).toEqual([cause, cause])
    await expect(diverging(() => true)).rejects.toThrow(Diverged)
  })
})

describe('how many sizes are retrained', () => {
  it('is one without a tolerance, three by halving, and all of them against the best', () => {
    const menu = [0.5, 0.3, 0.18, 0.11].map((size) => ({ size }))
    expect(attemptsOf(undefined)).toBe(1)
    expect(attemptsOf({ menu })).toBe(1)
    expect(attemptsOf({ menu, tolerance: 0.01 })).toBe(3)
    expect(attemptsOf({ menu, tolerance: 0.01, against: 'best' })).toBe(5)
  })
})
