import { beforeAll, describe, expect, test } from 'vitest'
import { Interrupted } from '../../src/base/errors.js'
import type { Event } from '../../src/events/types.js'
import { memoryCheckpoints } from '../../src/library/checkpoints.js'
import { fromFiles } from '../../src/library/data.js'
import { search, type SearchResult } from '../../src/library/search.js'
import { eventsOf } from '../../src/report/history.js'
import '../setup/shared.js'

describe('several searches in a row, in memory', () => {
  test('hand on what they left, and go on from checkpoints to the same figures', async () => {
    const request = {
      space: 'autoencoder-mlp',
      data: fromFiles({ source: 'concrete' }),
      search: { steps: 20, evaluateEvery: 5 },
      retrain: { steps: 5 },
      schedule: 'strong-then-relaxed',
      stages: [
        { schedule: 'none', search: { steps: 10 }, carry: { weights: true } },
        { schedule: 'strong-then-relaxed', search: { steps: 20 } },
      ],
    }
    const whole = await search(request)
    const groups = eventsOf(whole.events, 'start')[0]!.groups
    const [first, second] = eventsOf(whole.events, 'carried')
    expect(first!.left.units.left).toBeGreaterThan(0.9 * first!.left.units.of)
    expect(second!.left.units.left).toBeLessThan(second!.left.units.of)
    expect(groups.reduce((sum, { members }) => sum + members.length, 0)).toBe(second!.left.units.left)
    for (const times of [1, 3, 7]) {
      const [stop, checkpoints] = [new AbortController(), memoryCheckpoints()]
      let seen = 0
      const onEvent = ({ type }: Event) => {
        if ((type === 'earlier' || type === 'evaluation') && ++seen === times) stop.abort()
      }
      await expect(search({ ...request, checkpoints, onEvent, signal: stop.signal })).rejects.toThrow(
        Interrupted,
      )
      const again = await search({ ...request, checkpoints })
      expect(again.architecture).toEqual(whole.architecture)
      expect(again.metrics).toEqual(whole.metrics)
      expect(again.events.map(({ type }) => type)).toEqual(whole.events.map(({ type }) => type))
    }
  })
})

describe('several searches whose stages are alike', () => {
  const alike = {
    schedule: 'none',
    search: { steps: 8, evaluateEvery: 2 },
    carry: { keep: 5, weights: true },
  }
  const request = {
    space: 'mlp-cell',
    data: fromFiles({ source: 'concrete' }),
    schedule: 'none',
    search: { steps: 8, evaluateEvery: 4 },
    retrain: { steps: 4 },
    stages: [alike, alike],
  }
  const told = (events: readonly Event[]) =>
    events.map((event) =>
      'search' in event && 'step' in event ? `${event.search}@${event.step}` : event.type,
    )
  let whole: SearchResult
  beforeAll(async () => {
    whole = await search(request)
  })

  test('go on in the one that was stopped, and in no other', async () => {
    const [stop, checkpoints] = [new AbortController(), memoryCheckpoints()]
    const onEvent = ({ type }: Event) => type === 'earlier' && stop.abort()
    await expect(search({ ...request, checkpoints, onEvent, signal: stop.signal })).rejects.toThrow(
      Interrupted,
    )
    const again = await search({ ...request, checkpoints })
    expect(told(again.events)).toEqual(told(whole.events))
    expect(again.metrics).toEqual(whole.metrics)
  })

  test('tell again what a crash right behind a search kept from being told', async () => {
    const checkpoints = memoryCheckpoints()
    const onEvent = ({ type }: Event) => {
      if (type === 'carried') throw new Error('a crash')
    }
    await expect(search({ ...request, checkpoints, onEvent })).rejects.toThrow('a crash')
    const again = await search({ ...request, checkpoints })
    expect(told(again.events)).toEqual(told(whole.events))
    expect(again.architecture).toEqual(whole.architecture)
  })

  test('refuse the checkpoint of another configuration, with and without stages', async () => {
    const [stop, checkpoints] = [new AbortController(), memoryCheckpoints()]
    const onEvent = ({ type }: Event) => type === 'evaluation' && stop.abort()
    await expect(search({ ...request, checkpoints, onEvent, signal: stop.signal })).rejects.toThrow(
      Interrupted,
    )
    const { stages: _, ...alone } = request
    for (const other of [{ ...request, seed: 99 }, alone, { ...request, stages: [alike] }])
      await expect(search({ ...other, checkpoints })).rejects.toThrow('belongs to another configuration')
  })

  test('begin with the weights of the one before, where they are asked for', async () => {
    const held = { ...request, search: { steps: 1, evaluateEvery: 1, weights: { learningRate: 1e-9 } } }
    const errorOf = async (weights: boolean) => {
      const { events } = await search({ ...held, stages: [{ ...alike, carry: { weights } }] })
      return eventsOf(events, 'evaluation').find(({ stage }) => stage === 'search')!.validation!
    }
    expect(await errorOf(true)).toBeLessThan(0.9 * (await errorOf(false)))
  })
})
