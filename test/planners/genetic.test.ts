import { describe, expect, it } from 'vitest'
import { randomSource } from '../../src/base/random.js'
import type { Event } from '../../src/events/types.js'
import { child, factorAt, layerGroups, randomGenome } from '../../src/planners/genome.js'
import { prepare } from '../../src/planners/try-out.js'
import type { Proposal, TryOutcome, Tried, Try } from '../../src/planners/trying.js'
import { rowAt } from '../../src/schedule/table.js'
import { runTrial } from '../../src/trial/trial.js'
import { contextOf, eventsOf, spaceNet, tinyMlp, trialOf, vectorData } from '../helpers/trials.js'
import { tensorCounter } from '../setup/tensors.js'

const base = {
  name: 'base',
  phases: [
    { name: 'warm-up', until: 0.25, gates: 'hold' },
    { name: 'press', until: 0.75, terms: [{ term: 'l1', part: 'gates', lambda: 0.1 }] },
    { name: 'rest', until: 1, gates: 'hold' },
  ],
  prune: { from: 0.25, until: 0.75 },
}
const made = (options: object = {}, epochs = 100, search: object = {}) =>
  trialOf(vectorData({ train: 48, validation: 12 }), tinyMlp(), {
    schedule: { planner: 'genetic', base, ...options },
    search: { epochs, batch: 8, ...search },
  })

/** Lets the planner try, with outcomes of the test's own; what it asked for and remembered. */
async function planned(
  trial: ReturnType<typeof made>,
  outcome: (asked: Try, index: number) => TryOutcome,
  known: readonly Tried[] = [],
) {
  const [asked, tried]: [Try[], Tried[]] = [[], []]
  const plan = await trial.prepare!.run({
    known,
    async *run(rung) {
      for (const proposal of rung) {
        asked.push(trial.prepare!.tryOf(proposal))
        yield await Promise.resolve(outcome(asked.at(-1)!, asked.length - 1))
      }
    },
    add: (each) => void tried.push(each),
  })
  return { asked, tried, plan: plan as number[] }
}

describe('a genome', () => {
  const layout = { groups: [['a'], ['b', 'c']], channels: ['pressure', 'price'] as const, knots: 3 }
  const genome = [0, 1, 3, 0, 0, 0, -1, -1, -1, 2, 2, 0]

  it('multiplies λ by powers of two, straight between knots', () => {
    expect([0, 0.25, 0.5, 0.75, 1].map((time) => factorAt(layout, genome, 0, 0, time))).toEqual([
      1,
      2 ** 0.5,
      2,
      4,
      8,
    ])
    expect(factorAt(layout, genome, 1, 0, 0.3)).toBe(0.5)
    expect(factorAt(layout, genome, 1, 1, 0.75)).toBe(2)
  })

  it('has children that take each block from one parent, and move some knots', () => {
    const random = randomSource(3)
    const [mother, father] = [Array<number>(12).fill(-2), Array<number>(12).fill(2)]
    const children = Array.from({ length: 40 }, (_, i) =>
      child(layout, mother, father, random.stream('child', '', i)),
    )
    const inherited = children.flat().filter((value) => Math.abs(value) === 2).length / (40 * 12)
    expect(inherited).toBeGreaterThan(0.6)
    expect(inherited).toBeLessThan(0.8)
    const whole = children.filter((each) => new Set(each.slice(0, 3).map(Math.sign)).size === 1)
    expect(whole.length).toBeGreaterThan(20)
    expect(Math.max(...children.flat().map(Math.abs))).toBeLessThanOrEqual(4)
  })

  it('is drawn by place, so that no draw shifts another', () => {
    const draw = (i: number) => randomGenome(6, randomSource(1).stream('genome', '', i))
    expect(draw(2)).toEqual(draw(2))
    expect(draw(2)).not.toEqual(draw(3))
  })

  it('has groups of layers that are as even as can be', () => {
    const net = spaceNet('autoencoder-mlp', { encoder: [4, 4], code: 3, head: [4, 4] }, [5], 1)
    const groups = layerGroups(net, 3)
    expect(groups.map(({ length }) => length)).toEqual([2, 1, 2])
    expect(groups.flat()).toEqual([...new Set(net.groups.map(({ layer }) => layer))])
    expect(layerGroups(net, 9)).toHaveLength(5)
  })
})

describe('the genetic planner', () => {
  it('tries 40 schedules for less than 8 searches, the last whole one included', async () => {
    const trial = made()
    const { tried } = await planned(trial, () => ({ error: 1, cost: 1 }))
    expect(tried.filter(({ rung }) => rung === 0)).toHaveLength(40)
    expect(new Set(tried.map(({ genome }) => genome.join())).size).toBeGreaterThanOrEqual(40)
    const steps = tried.reduce((sum, each) => sum + each.steps, trial.schedule.steps)
    expect(steps).toBeLessThanOrEqual(8 * trial.schedule.steps)
    expect(steps).toBeGreaterThan(7 * trial.schedule.steps)
  })

  it('halves: the best third of a rung is tried twice as long', async () => {
    const { tried, asked } = await planned(made({ generations: 1 }), (_, i) => ({ error: 100 - i, cost: 0 }))
    const on = (rung: number) => tried.filter((each) => each.rung === rung)
    expect([0, 1, 2].map((rung) => on(rung).length)).toEqual([10, 3, 1])
    expect(on(1).map(({ genome }) => genome)).toEqual([9, 8, 7].map((i) => tried[i]!.genome))
    const lengths = asked.map(({ schedule }) => schedule.steps)
    expect(lengths[10]).toBe(2 * lengths[0]!)
    expect(lengths[13]).toBe(4 * lengths[0]!)
    // The first pays for the weights that all begin with.
    expect(tried[0]!.steps - tried[1]!.steps).toBe(asked[0]!.warm)
    expect(asked.every(({ warm }) => warm === 150)).toBe(true)
  })

  it('finds λ that scores better than the base’s, by error and price of cost', async () => {
    const trial = made({ population: 12, generations: 6, price: 1 })
    /** Best where early layers are pressed four times as hard and late ones a quarter. */
    const distance = ({ schedule, source }: Try) => {
      const t = schedule.prune.until - 1
      const row = source.at(t, undefined as never)
      const gates = schedule.columns.flatMap(({ part }, i) => (part === 'gates' ? [i] : []))
      const off = (i: number, wanted: number) => Math.abs(Math.log2(row.columns[i]! / (0.1 * wanted)))
      return { error: off(gates[0]!, 4), cost: off(gates.at(-1)!, 0.25) }
    }
    const { tried, plan, asked } = await planned(trial, distance)
    const score = ({ error, cost }: TryOutcome) => error! + cost
    expect(score(tried[0]!)).toBeCloseTo(4)
    const last = { ...asked[0]!, schedule: trial.schedule, source: trial.planner!(plan) }
    expect(score(distance(last))).toBeLessThan(1.5)
    expect(rowAt(trial.schedule, 0)).toEqual(last.source.at(0, undefined as never))
  })

  it('goes on from what is known, to the same', async () => {
    const outcome = (_: Try, i: number) => ({ error: Math.sin(i * i), cost: 0.5 })
    const whole = await planned(made(), outcome)
    const rest = await planned(made(), (asked, i) => outcome(asked, i + 20), whole.tried.slice(0, 20))
    expect(rest.asked).toHaveLength(whole.asked.length - 20)
    expect(rest.tried).toEqual(whole.tried)
    expect(rest.plan).toEqual(whole.plan)
  })

  it('takes a search that diverged for the worst', async () => {
    const { plan, tried } = await planned(made({ generations: 1 }), (_, i) => ({
      error: i === 4 ? 9 : null,
      cost: 0,
    }))
    expect(plan).toEqual(tried[4]!.genome)
  })

  it('says what it needs where searches are too short for so many tries', () => {
    expect(() => made({}, 2)).toThrow(
      'schedule.planner.spend: expected at least 28, so that each of 40 schedules gets 4 of the 12 iterations of a search, got 8',
    )
    expect(() =>
      trialOf(vectorData({ train: 8, validation: 0 }), tinyMlp(), { schedule: { planner: 'genetic', base } }),
    ).toThrow('config.split.validation: the planner genetic measures on this split, which is empty')
  })
})

describe('tries', () => {
  const small = { population: 3, generations: 2, spend: 8 }

  it('are short searches that count every step, free what they make, and are told', async () => {
    const trial = made(small, 20, { gates: { noise: 0.5 }, weights: { learningRate: 0.02 } })
    const newTensors = tensorCounter()
    const events: Event[] = []
    const hooks = { emit: (event: Event) => void events.push(event) }
    let schedules = 0
    const counted = (proposal: Proposal): Try => {
      schedules += 1
      return trial.prepare!.tryOf(proposal)
    }
    const counting = { ...trial, prepare: { ...trial.prepare!, tryOf: counted } }
    const prepared = (await prepare(counting, hooks, contextOf(trial).context))!
    expect(schedules).toBe(2 * (3 + 1))
    expect(newTensors()).toBe(0)
    const told = eventsOf(events, 'try')
    expect(told).toHaveLength(2 * (3 + 1))
    expect(prepared.tried).toEqual({ schedules: 6, steps: told.reduce((sum, { steps }) => sum + steps, 0) })
    expect(new Set(told.map(({ error }) => error)).size).toBeGreaterThan(4)
    expect(told.every(({ error, cost }) => error! > 0 && cost > 0 && cost <= 1)).toBe(true)
    expect(new Set(told.map(({ cost }) => cost)).size).toBeGreaterThan(1)
  })

  it('come before the search that counts, whose λ is that of the best', async () => {
    const trial = made(small, 20, { gates: { noise: 0.5 }, weights: { learningRate: 0.02 } })
    const newTensors = tensorCounter()
    const result = await runTrial(trial, { emit: () => undefined })
    expect(newTensors()).toBe(0)
    const { tried, steps } = result
    expect(tried!.schedules).toBe(6)
    expect(tried!.steps + steps).toBeLessThanOrEqual(8 * steps)
    expect(result.schedule.columns).not.toEqual(trial.schedule.columns)
  })
})
