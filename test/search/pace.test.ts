import { describe, expect, it } from 'vitest'
import { searchArchitecture } from '../../src/search/search.js'
import { intervalsAt, nextIteration, passes } from '../../src/search/pace.js'
import type { Schedule } from '../../src/schedule/types.js'
import { contextOf, modelOf, onePhase, tinyMlp, trialOf, vectorData } from '../helpers/trials.js'

const phase = (from: number, to: number) =>
  ({ name: `${from}`, from, to, train: new Set<string>(), gates: 'move', paths: 'all' }) as const
const schedule = {
  steps: 100,
  phases: [phase(0, 30), phase(30, 100)],
  prune: { from: 10, until: 80 },
} as unknown as Schedule

const paced = (...changes: readonly (readonly [step: number, to: number])[]) => ({
  interventions: changes.map(([step, to]) => ({
    ...({ stage: 'search', what: 'pace', by: 'time' } as const),
    step,
    from: 1,
    to,
  })),
})

/** The iterations of a search. */
function visited(progress: ReturnType<typeof paced>): number[] {
  const found = []
  for (let t = 0; t < schedule.steps; t = nextIteration(schedule, progress, t)) found.push(t)
  return found
}

describe('the iterations of a search', () => {
  it('are all of them at the usual pace', () => {
    expect(visited(paced())).toEqual(Array.from({ length: 100 }, (_, t) => t))
  })

  it('are further apart at a higher pace, on average by as much', () => {
    expect(visited(paced([0, 2.5])).slice(0, 7)).toEqual([0, 2, 5, 7, 10, 12, 15])
    expect(visited(paced([4, 1.5])).slice(0, 9)).toEqual([0, 1, 2, 3, 4, 5, 7, 8, 10])
  })

  it('include the first of each phase and that which ends the prune window, at any pace', () => {
    expect(visited(paced([0, 64.5]))).toEqual([0, 30, 64, 80])
  })

  it('are even and odd ones alike, so that what alternates between them goes on', () => {
    for (const pace of [1.5, 2.5, 3.5, 7.5]) {
      const odd = visited(paced([0, pace])).map((t) => t % 2)
      const share = odd.reduce((a, b) => a + b, 0) / odd.length
      expect(share).toBeGreaterThan(0.3)
      expect(share).toBeLessThan(0.7)
    }
  })

  it('do not change before the pace does', () => {
    expect(visited(paced([50, 3.5])).slice(0, 50)).toEqual(visited(paced()).slice(0, 50))
  })
})

describe('what is due after an iteration', () => {
  it('is due where a multiple of its interval is reached or left out', () => {
    expect([passes(10, 9, 10), passes(10, 8, 11), passes(10, 10, 12), passes(10, 10, 25)]).toEqual([
      true,
      true,
      false,
      true,
    ])
  })

  it('comes after as many steps for evaluations, and in between for inspections', () => {
    const usual = { evaluateEvery: 40, inspectEvery: 4 }
    expect(intervalsAt(usual, paced(), 5)).toEqual({ evaluations: 40, looks: 4 })
    expect(intervalsAt(usual, paced([5, 4]), 5)).toEqual({ evaluations: 160, looks: 8 })
  })
})

describe('gates in a search that hurries', () => {
  /** The gates before and after a search under λ alone, which moves weak gates down and strong ones up. */
  async function gatesAt(pace: number) {
    const trial = trialOf(
      vectorData({ train: 48, validation: 12 }),
      tinyMlp({ encoder: [8], code: 8, head: [8] }),
      {
        schedule: {
          ...onePhase([]),
          phases: [
            {
              name: 'all',
              until: 1,
              losses: { task: 0 },
              terms: [{ term: 'l1', part: 'gates', lambda: 0.4 }],
            },
          ],
        },
        search: { epochs: 10, batch: 8, inspectEvery: 1, gates: { travel: 1, noise: 0.2 } },
      },
    )
    const model = modelOf(trial)
    const gates = () => Object.values(model.gateValues()).flatMap((each) => Object.values(each))
    const before = gates()
    await searchArchitecture(model, trial.data, { ...contextOf(trial).context, pace: () => pace })
    const after = gates()
    model.dispose()
    return { before, after }
  }

  it('move as far as at the usual pace', async () => {
    const [usual, fast] = [await gatesAt(1), await gatesAt(6.5)]
    const moved = usual.after.map((gate, i) => Math.abs(gate - usual.before[i]!))
    expect(Math.max(...moved)).toBeGreaterThan(0.2)
    usual.after.forEach((gate, i) => expect(fast.after[i]).toBeCloseTo(gate, 2))
  })
})
