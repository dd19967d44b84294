import { describe, expect, it } from 'vitest'
import type { Allowance } from '../../../src/events/types.js'
import { scheduleSource } from '../../../src/schedule/source.js'
import { rowAt } from '../../../src/schedule/table.js'
import { tolerantSource } from '../../../src/search/decide/allowance.js'
import { searchArchitecture } from '../../../src/search/search.js'
import {
  contextOf,
  eventsOf,
  expectSameBytes,
  modelOf,
  onePhase,
  searched,
  tinyCells,
  tinyMlp,
  trialOf,
  vectorData,
} from '../../helpers/trials.js'

const pressure = { term: 'l1', part: 'gates', lambda: 3 }
const document = (tolerance?: number) =>
  onePhase([pressure], {
    prune: { from: 0.25, until: 0.75 },
    ...(tolerance !== undefined && { budget: { metric: 'parameters', tolerance } }),
  })
const units = (tolerance?: number) =>
  trialOf(vectorData({ train: 32, validation: 16 }), tinyMlp(), {
    schedule: document(tolerance),
    search: { epochs: 8, batch: 8, inspectEvery: 2, gates: { travel: 8, noise: 0.5 } },
  })

/** Long enough for the error to follow, and so that pressure alone closes gates. */
const pressed = (tolerance?: number) =>
  trialOf(vectorData({ train: 64, validation: 32 }), tinyMlp(), {
    schedule: onePhase([{ ...pressure, lambda: { curve: 'linear', from: 0, to: 60 } }], {
      prune: { from: 0.2, until: 0.9 },
      ...(tolerance !== undefined && { budget: { metric: 'parameters', tolerance } }),
    }),
    search: { epochs: 30, batch: 8, gates: { travel: 2 } },
  })

describe('the share of a tolerance that is left', () => {
  const level = { error: 1, noise: 0, best: 1 }
  const allowance: Allowance = { ...level, train: level, left: 0.25 }

  it('multiplies λ on widths, not on choices nor on weights', () => {
    const cells = trialOf(vectorData(), tinyMlp(), {
      schedule: onePhase([pressure, { term: 'l2', part: 'weights', lambda: 0.1 }], {
        budget: { metric: 'parameters', tolerance: 0.01 },
      }),
    })
    const { schedule, supernet } = cells
    const source = tolerantSource(scheduleSource(schedule), schedule, supernet.groups, () => allowance)
    const written = rowAt(schedule, 0).columns
    const used = source.at(0, undefined as never).columns
    schedule.columns.forEach(({ part }, i) => {
      expect(used[i]).toBe(part === 'gates' ? 0.25 * written[i]! : written[i])
    })
    expect(used.filter((value, i) => value !== written[i]).length).toBeGreaterThan(0)
    const choices = tinyCells().groups
    const same = tolerantSource(scheduleSource(schedule), schedule, choices, () => allowance)
    expect(same.at(0, undefined as never).columns).toEqual(written)
  })

  it('is all of it before anything was measured, and without a tolerance', () => {
    for (const [trial, seen] of [
      [units(0.1), null],
      [units(), allowance],
    ] as const) {
      const { schedule, supernet } = trial
      const source = tolerantSource(scheduleSource(schedule), schedule, supernet.groups, () => seen)
      expect(source.at(0, undefined as never)).toEqual(rowAt(schedule, 0))
    }
  })
})

describe('a search under a tolerance against the best size', () => {
  it('presses as it is written, and measures no allowance', async () => {
    const trial = trialOf(vectorData({ train: 32, validation: 16 }), tinyMlp(), {
      schedule: onePhase([pressure], {
        prune: { from: 0.25, until: 0.75 },
        budget: { metric: 'parameters', tolerance: 0.001, against: 'best' },
      }),
      search: { epochs: 8, batch: 8, inspectEvery: 2, gates: { travel: 8, noise: 0.5 } },
    })
    const { model, events, result } = await searched(trial)
    model.dispose()
    expect(eventsOf(events, 'allowance')).toEqual([])
    const { segments } = result.used.columns[0]!
    expect(segments.filter(({ from }) => from < trial.schedule.prune.until)).toEqual([
      expect.objectContaining({ from: 0, value: 3 }),
    ])
    expect(result.menu.length).toBeGreaterThan(0)
  })
})

describe('a search under a tolerance', () => {
  it('tells what it has used at each look, and presses by what is left', async () => {
    const { model, events, result } = await searched(units(0.001))
    model.dispose()
    const told = eventsOf(events, 'allowance')
    expect(told.length).toBeGreaterThan(5)
    for (const { error, best, left } of told) {
      expect(best).toBeLessThanOrEqual(error)
      expect(left).toBeGreaterThanOrEqual(0)
      expect(left).toBeLessThanOrEqual(1)
    }
    // The least error never rises: what is lost bit by bit adds up against it.
    told.slice(1).forEach(({ best }, i) => expect(best).toBeLessThanOrEqual(told[i]!.best))
    const used = result.used.columns[0]!.segments
    for (const { step, left } of told) {
      const acting = used.find(({ from, to }) => from <= step && step < to)
      if (acting) expect(acting.value).toBeCloseTo(3 * left, 6)
    }
    expect(told.some(({ left }) => left < 1)).toBe(true)
  })

  it('takes weights that learn by heart for what they are', async () => {
    const trial = pressed(0)
    const { splits, targets } = trial.data
    // The better the training rows are met, the worse these.
    const contrary = targets.slice()
    for (const row of splits.validation) contrary[row] = -contrary[row]!
    const shown = trial.data.dataset.targets.slice()
    for (const row of splits.validation) shown[row] = -shown[row]!
    const data = { ...trial.data, targets: contrary, dataset: { ...trial.data.dataset, targets: shown } }
    const unpressed = { ...trial.schedule, columns: [] }
    const { model, events } = await searched({ ...trial, data, schedule: unpressed })
    model.dispose()
    const told = eventsOf(events, 'allowance')
    const { error, best } = told.at(-1)!
    expect(error).toBeGreaterThan(1.05 * best)
    expect(Math.min(...told.map(({ left }) => left))).toBeGreaterThan(0.5)
  })

  it('presses less, the smaller it is', async () => {
    const used = async (tolerance?: number) => {
      const { model, result } = await searched(pressed(tolerance))
      model.dispose()
      return result.used.columns
        .flatMap(({ segments }) => segments)
        .reduce((sum, { from, to, value }) => sum + (to - from) * value, 0)
    }
    const [none, wide, narrow] = [await used(), await used(0.9), await used(0)]
    expect(narrow).toBeLessThan(wide)
    expect(wide).toBeLessThanOrEqual(none)
  })

  it('keeps the architectures of the sizes that it passes, each once', async () => {
    const { model, result } = await searched(units(0.9))
    const end = model.architecture()
    model.dispose()
    const sizes = result.menu.map(({ figures }) => figures)
    expect(sizes.length).toBeGreaterThan(0)
    sizes.forEach(({ cost, limit, step }, i) => {
      expect(cost).toBeLessThanOrEqual(limit)
      if (i > 0) {
        expect(limit).toBeLessThan(sizes[i - 1]!.limit)
        expect(step).toBeGreaterThan(sizes[i - 1]!.step)
      }
    })
    const kept = (groups: typeof end.groups) => groups.reduce((sum, group) => sum + group.kept.length, 0)
    expect(kept(result.menu[0]!.architecture.groups)).toBeGreaterThanOrEqual(kept(end.groups))
  })

  it('goes on from a checkpoint to the same bytes', async () => {
    const whole = await searched(units(0.01))
    const middle = whole.checkpoints.find(({ progress, step }) => progress.allowance && step < 24)!
    const trial = units(0.01)
    const model = modelOf(trial)
    const { context, events } = contextOf(trial)
    await searchArchitecture(model, trial.data, context, middle)
    expectSameBytes(model, whole.model)
    const after = (of: typeof events) => eventsOf(of, 'allowance').filter(({ step }) => step > middle.step)
    expect(after(events)).toEqual(after(whole.events))
    model.dispose()
    whole.model.dispose()
  })
})
