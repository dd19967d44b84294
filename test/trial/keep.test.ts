import { expect, it } from 'vitest'
import { discretise, uniformGates } from '../../src/derive/network.js'
import type { Event } from '../../src/events/types.js'
import { retrain } from '../../src/trial/retrain.js'
import type { Recipe } from '../../src/train/recipe.js'
import { eventsOf, tinyMlp, trialOf, vectorData } from '../helpers/trials.js'

/** A retraining that ends worse than it was: a high rate makes its evaluations scatter. */
async function retrained(keep: 'best' | 'last', more: object = {}, recipe: Recipe = {}) {
  const supernet = tinyMlp()
  const { config, data, loss, metric, random } = trialOf(vectorData(), supernet, {
    retrain: {
      keep,
      epochs: 10,
      evaluateEvery: 5,
      batch: 4,
      weights: { learningRate: 0.1, decay: 'constant' },
      ...more,
    },
  })
  const { graph } = discretise(supernet, uniformGates(supernet), { gates: 'drop', affine: true })
  const events: Event[] = []
  const emit = (event: Event) => void events.push(event)
  const options = config.retrain
  const result = await retrain(graph, data, { options, stage: 'retrain', loss, metric, random, emit, recipe })
  return { result, errors: eventsOf(events, 'evaluation').map(({ validation }) => validation!) }
}

it('a retraining keeps the weights of its best evaluation, or those of its last step', async () => {
  const [best, last] = [await retrained('best'), await retrained('last')]
  expect(last.errors).toEqual(best.errors)
  const least = Math.min(...best.errors)
  expect(best.result.validation).toBe(least)
  expect(best.result.bestStep).toBe(5 * (best.errors.indexOf(least) + 1))
  expect(best.result.bestStep).toBeLessThan(60)
  expect(last.result).toMatchObject({ validation: last.errors.at(-1), bestStep: 60 })
  expect(last.result.values).not.toEqual(best.result.values)
})

it('of equally good evaluations the first counts as the best, or by a recipe the last', async () => {
  // A rate so small that no weight moves.
  const still = { weights: { learningRate: 1e-30, decay: 'constant' } }
  const [first, last] = [await retrained('best', still), await retrained('best', still, { ties: 'last' })]
  expect(new Set(first.errors).size).toBe(1)
  expect([first.result.bestStep, last.result.bestStep]).toEqual([5, 60])
})

it('a recipe gives parameters rates of their own', async () => {
  const graph = (await retrained('last')).result.graph
  const frozen = graph.nodes.find(({ kind }) => kind === 'dense')!.id
  const rateOf = (name: string) => (name.startsWith(`${frozen}:`) ? 0 : 1)
  const [still, moved] = [
    await retrained('last', { weights: { learningRate: 1e-30 } }, { rateOf }),
    await retrained('last', {}, { rateOf }),
  ]
  for (const [name, values] of still.result.values) {
    const others = moved.result.values.get(name)!
    if (name.startsWith(`${frozen}:`)) expect(others, name).toEqual(values)
    else if (name.endsWith(':kernel')) expect(others, name).not.toEqual(values)
  }
})

it('patience runs out at evaluations alone, however short it is', async () => {
  const { result, errors } = await retrained('best', { earlyStop: { steps: 2 } })
  const first = errors.findIndex((error, i) => i > 0 && error >= Math.min(...errors.slice(0, i)))
  expect(first).toBeGreaterThan(0)
  expect(errors).toHaveLength(first + 1)
  expect(result.bestStep).toBe(5 * first)
})
