import { describe, expect, it } from 'vitest'
import { prepare, tryProposal, type KnownTries } from '../../src/planners/try-out.js'
import type { Proposal, TryOutcome, Tried } from '../../src/planners/trying.js'
import { contextOf, tinyMlp, trialOf, vectorData } from '../helpers/trials.js'
import '../setup/shared.js'
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

describe('tries', () => {
  const small = { population: 3, generations: 2, spend: 8 }

  it('are the same elsewhere, a rung at once, with the weights of the first or with their own', async () => {
    const settings = { gates: { noise: 0.5 }, weights: { learningRate: 0.02 } }
    const trial = made(small, 20, settings)
    const emit = () => undefined
    const here = await prepare(trial, { emit }, contextOf(trial).context)
    const [rungs, saved]: [string[], (readonly Tried[])[]] = [[], []]
    const tries: KnownTries = {
      known: [],
      save: (tried) => void saved.push([...tried]),
      async *elsewhere(asked, first, weights) {
        rungs.push(`${asked.length} from ${first}`)
        const travelled = JSON.parse(JSON.stringify(asked)) as Proposal[]
        const other = made(small, 20, settings)
        const outcomes: TryOutcome[] = []
        // The last one first, because none depends on another.
        for (const [i, proposal] of [...travelled.entries()].reverse()) {
          const begun = i === 0 ? weights : undefined
          outcomes.unshift(await tryProposal(other, proposal, contextOf(other).context, begun))
        }
        yield* outcomes
      },
    }
    const newTensors = tensorCounter()
    expect(await prepare(trial, { emit, tries }, contextOf(trial).context)).toEqual(here)
    expect(newTensors()).toBe(0)
    expect(rungs).toEqual(['3 from 0', '1 from 3', '3 from 4', '1 from 7'])
    // What is known is not asked for again.
    const rest = { ...tries, known: saved.at(-1)!.slice(0, 6) }
    expect(await prepare(trial, { emit, tries: rest }, contextOf(trial).context)).toEqual(here)
    expect(rungs.slice(4)).toEqual(['1 from 6', '1 from 7'])
  })
})
