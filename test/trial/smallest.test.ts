import { beforeAll, describe, expect, it } from 'vitest'
import type { Event } from '../../src/events/types.js'
import { taskCost } from '../../src/supernet/cost.js'
import { choose } from '../../src/supernet/prune.js'
import type { Architecture } from '../../src/supernet/types.js'
import { Diverged } from '../../src/train/diverged.js'
import { trainBaseline } from '../../src/trial/baseline.js'
import type { Sized } from '../../src/trial/figures.js'
import { sizesOf, smallestWithin } from '../../src/trial/smallest.js'
import { runTrial } from '../../src/trial/trial.js'
import { eventsOf, modelOf, onePhase, tinyMlp, trialOf, vectorData } from '../helpers/trials.js'
import { tensorCounter } from '../setup/tensors.js'

let sizes: readonly Sized[] = []
beforeAll(() => {
  sizes = [11, 10, 8, 6, 4, 3, 2].map(sized)
})

const trial = (more: object = {}, schedule: object = {}) =>
  trialOf(
    vectorData({ train: 64, validation: 32, test: 16 }),
    tinyMlp({ encoder: [12], code: 12, head: [12] }),
    {
      schedule: onePhase([{ term: 'l1', part: 'gates', lambda: 8 }], {
        prune: { from: 0.2, until: 0.8 },
        ...schedule,
      }),
      search: { epochs: 8, batch: 8, inspectEvery: 2, gates: { travel: 4, noise: 0.5 } },
      retrain: { epochs: 4, batch: 8, ...more },
    },
  )

/** The same network with so many units in each layer. */
function sized(units: number): Sized {
  const made = trial()
  const model = modelOf(made)
  const whole = model.architecture()
  model.dispose()
  const groups = whole.groups.map((group) => ({ ...group, kept: group.kept.slice(0, units) }))
  const architecture: Architecture = { ...whole, groups }
  const choices = Object.fromEntries(groups.map(({ name, kept }) => [name, kept.map(({ member }) => member)]))
  const cost = taskCost(choose(made.supernet, choices).supernet).parameters
  return { size: units / 12, cost, architecture }
}

async function chosen(
  tolerance: number,
  more: object = {},
  given: readonly Sized[] = sizes,
  made = trial(more),
) {
  const events: Event[] = []
  const hooks = { emit: (event: Event) => void events.push(event) }
  const reference = await trainBaseline(made, hooks)
  const newTensors = tensorCounter()
  const found = await smallestWithin(made, hooks, tolerance, given, reference)
  expect(newTensors()).toBe(0)
  return { ...found, events, reference }
}

describe('the smallest size within a tolerance', () => {
  it('is the smallest of all where anything is allowed, found by halving', async () => {
    const { chosen: kept, tolerated } = await chosen(0.999)
    expect(tolerated.attempts.map(({ size }) => size)).toEqual([6 / 12, 3 / 12, 2 / 12])
    expect(kept.size).toBe(2 / 12)
    expect(tolerated).toMatchObject({ kept: 2 / 12, within: true })
  })

  it('is no larger than any that was tried and is within it; others are not', async () => {
    const { tolerated } = await chosen(0.05)
    const within = tolerated.attempts.filter(({ worse, allowed }) => worse! <= allowed!)
    expect(tolerated.attempts.length).toBeLessThanOrEqual(3)
    expect(tolerated.attempts.every(({ allowed }) => allowed! >= 0.05)).toBe(true)
    if (within.length > 0) expect(tolerated.kept).toBe(Math.min(...within.map(({ size }) => size!)))
  })

  it('is the best of those tried where none is within it', async () => {
    // With two or three units a layer nothing is as good, and chance allows for little on so clear a difference.
    const { chosen: kept, tolerated, final } = await chosen(0, { epochs: 40 }, sizes.slice(-2))
    const worst = Math.min(...tolerated.attempts.map(({ worse }) => worse!))
    expect(worst).toBeGreaterThan(0)
    expect(tolerated.within).toBe(false)
    expect(tolerated.attempts.find(({ size }) => size === kept.size)!.worse).toBe(worst)
    expect(final.validation).toBe(tolerated.attempts.find(({ size }) => size === kept.size)!.validation)
  })

  it('is the unpruned supernet where none is within it, and the budget allows for all of it', async () => {
    const budget = (more: object) => ({ budget: { metric: 'parameters', tolerance: 0, ...more } })
    const small = sizes.slice(-2)
    const free = await chosen(0, {}, small, trial({ epochs: 40 }, budget({})))
    expect(free.tolerated).toMatchObject({ kept: 1, within: true })
    expect(free.tolerated.attempts).toHaveLength(1)
    expect(free.final).toBe(free.reference.retrained)
    expect(free.chosen.cost).toBe(taskCost(trial().supernet).parameters)
    expect(free.chosen.architecture.groups.map(({ kept, of }) => kept.length / of)).toEqual([1, 1, 1])
    const limited = await chosen(0, {}, small, trial({ epochs: 40 }, budget({ share: 0.9 })))
    expect(limited.tolerated.within).toBe(false)
    expect(limited.chosen.size).toBeLessThan(1)
  })

  it('is all that may stay, retrained, where choices are to be made or another size is retrained', async () => {
    const budget = { metric: 'parameters', tolerance: 0 }
    const small = sizes.slice(-2)
    const free = trial({ epochs: 40 }, { budget })
    const retrained = tinyMlp({ encoder: [12], code: 12, head: [12], activation: 'relu' })
    const larger = await chosen(0, {}, small, { ...free, retrained })
    expect(larger.tolerated.attempts.at(-1)!.size).toBe(1)
    expect(larger.final).not.toBe(larger.reference.retrained)
    const [first, ...others] = free.supernet.groups
    const choice = { ...first!, keep: { min: 1, max: first!.members.length - 1 } }
    const chooses = { ...free, supernet: { ...free.supernet, groups: [choice, ...others] } }
    const picked = await chosen(0, {}, small, chooses)
    const { size, cost } = picked.tolerated.attempts.at(-1)!
    expect(size).toBe(1)
    // Two units of the choice, as the smallest size has them, and all of the others.
    const choices = { [first!.name]: first!.members.slice(0, 2).map(({ name }) => name) }
    expect(cost).toBe(taskCost(choose(free.supernet, choices).supernet).parameters)
    const limited = {
      ...chooses,
      schedule: { ...chooses.schedule, budget: { ...free.schedule.budget!, limit: cost - 1 } },
    }
    const below = await chosen(0, {}, small, limited)
    expect(below.tolerated.attempts).toHaveLength(picked.tolerated.attempts.length - 1)
  })

  it('is not let off by chance more than a twentieth, however few rows validate', async () => {
    const { data } = trial()
    const few = data.splits.validation.subarray(0, 12)
    const made = { ...trial(), data: { ...data, splits: { ...data.splits, validation: few } } }
    const { tolerated } = await chosen(0, {}, sizes, made)
    expect(Math.max(...tolerated.attempts.map(({ allowed }) => allowed!))).toBe(0.05)
    const { tolerated: wide } = await chosen(0.2, {}, sizes, made)
    expect(wide.attempts.map(({ allowed }) => allowed)).toEqual(wide.attempts.map(() => 0.2))
  })

  it('is what the search ended with where nothing can be compared', async () => {
    const made = trial()
    const hooks = { emit: () => undefined }
    const { chosen: kept, tolerated } = await smallestWithin(made, hooks, 0.01, sizes, null)
    expect(kept.size).toBe(2 / 12)
    expect(tolerated).toMatchObject({
      within: null,
      kept: 2 / 12,
      attempts: [{ worse: null, allowed: null }],
    })
  })

  it('is none of those whose training diverges; where all do, so does the trial', async () => {
    const diverging = async (which: (size: number) => boolean, made = trial()) => {
      let size = 0
      const emit = (event: Event) => {
        if (event.type === 'attempt') size = event.size!
        if (event.type === 'evaluation' && event.stage === 'retrain' && which(size))
          throw new Diverged('retrain', { step: 8, why: 'the loss is not finite' }, { step: 0, rates: [1] })
      }
      const reference = await trainBaseline(made, { emit })
      return smallestWithin(made, { emit }, 0.999, sizes, reference)
    }
    const { chosen: kept, tolerated } = await diverging((size) => size === 3 / 12)
    expect(tolerated.attempts.map(({ size }) => size)).toEqual([6 / 12, 3 / 12, 4 / 12])
    const cause = expect.stringContaining('retrain diverged: the loss is not finite') as string
    const diverged = { validation: null, worse: null, allowed: null, diverged: cause }
    expect(tolerated.attempts[1]).toEqual({ size: 3 / 12, cost: sizes[5]!.cost, ...diverged })
    expect(kept.size).toBe(4 / 12)
    await expect(diverging(() => true)).rejects.toThrow(Diverged)
    const free = trial({}, { budget: { metric: 'parameters', tolerance: 0 } })
    const whole = await diverging(() => true, free)
    expect(whole.tolerated).toMatchObject({ kept: 1, within: true })
    expect(whole.tolerated.attempts.every(({ worse }) => worse === null)).toBe(true)
  })

  it('tells each retraining and the one that stands', async () => {
    const { events, tolerated } = await chosen(0.999)
    expect(eventsOf(events, 'attempt').map(({ size }) => size)).toEqual([6 / 12, 3 / 12, 2 / 12])
    expect(eventsOf(events, 'kept')).toEqual([{ type: 'kept', size: tolerated.kept }])
  })
})

describe('the sizes of a search', () => {
  const entry = (each: Sized) => ({
    figures: { size: each.size!, limit: each.cost, cost: each.cost, step: 1, before: null, after: null },
    architecture: each.architecture,
  })

  it('are those that it passed and its end, none above the limit, none twice', () => {
    const [large, middle, small] = [sized(6), sized(4), sized(2)]
    const ended = { ...small, size: null }
    const costs = (limit: number) =>
      sizesOf([large, middle, small].map(entry), ended, limit).map(({ size }) => size)
    expect(costs(Infinity)).toEqual([6 / 12, 4 / 12, null])
    expect(costs(middle.cost)).toEqual([4 / 12, null])
    const twice = { ...middle, size: 3 / 12 }
    expect(sizesOf([middle, twice].map(entry), ended, Infinity).map(({ size }) => size)).toEqual([
      4 / 12,
      null,
    ])
  })
})

describe('a trial with a tolerance', () => {
  const run = async (budget: object) => {
    const events: Event[] = []
    const result = await runTrial(trial({}, { budget: { metric: 'parameters', ...budget } }), {
      emit: (event) => void events.push(event),
    })
    return { ...result, events }
  }

  it('retrains the size that it keeps, and counts that one', async () => {
    const { metrics, architecture, graph, events } = await run({ tolerance: 0.3 })
    const kept = metrics.tolerated!.attempts.find(({ size }) => size === metrics.tolerated!.kept)!
    expect(metrics.validation.final).toBe(kept.validation)
    expect(metrics.budget!.cost).toBe(kept.cost)
    expect(metrics.derived.parameters).toBeLessThan(metrics.supernet.parameters)
    expect(graph.nodes.length).toBeGreaterThan(0)
    const units = architecture.groups.reduce((sum, group) => sum + group.kept.length, 0)
    expect(units).toBe(metrics.removed.of - metrics.removed.members)
    expect(metrics.baseline!.validation).not.toBeNull()
    expect(eventsOf(events, 'stage').map(({ stage }) => stage)).toEqual(['search', 'retrain'])
  })

  it('stays within a limit beside it, whatever that costs', async () => {
    const { metrics } = await run({ tolerance: 0, share: 0.3 })
    expect(metrics.derived.parameters).toBeLessThanOrEqual(0.3 * metrics.supernet.parameters)
    for (const { cost } of metrics.tolerated!.attempts)
      expect(cost).toBeLessThanOrEqual(metrics.budget!.limit)
  })

  it('gives the same bytes twice', async () => {
    const [a, b] = [await run({ tolerance: 0.1 }), await run({ tolerance: 0.1 })]
    expect(JSON.stringify(b.metrics)).toBe(JSON.stringify(a.metrics))
    expect(b.values).toEqual(a.values)
  })
})
