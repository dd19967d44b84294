import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as tf from '@tensorflow/tfjs-core'
import { describe, expect, it } from 'vitest'
import { readCheckpoint, writeCheckpoint } from '../../src/runs/checkpoint-file.js'
import { phaseAt } from '../../src/schedule/table.js'
import { inspect } from '../../src/search/decide/inspect.js'
import { freshProgress } from '../../src/search/progress.js'
import { searchArchitecture } from '../../src/search/search.js'
import type { Checkpoint, SearchContext } from '../../src/search/state.js'
import { supernetStepper } from '../../src/search/stepper.js'
import { illegality } from '../../src/supernet/prune.js'
import { batching } from '../../src/train/batching.js'
import { sequential } from '../../src/train/gradients.js'
import type { Trial } from '../../src/trial/types.js'
import {
  bytesOf,
  contextOf,
  eventsOf,
  expectSameBytes,
  imageData,
  modelOf,
  onePhase,
  searched,
  tinyCells,
  tinyMlp,
  trialOf,
  vectorData,
  type Settings,
} from '../helpers/trials.js'

const press = (lambda: number, more: object = {}) =>
  onePhase(
    [
      { term: 'l2', part: 'weights', lambda: 0.001 },
      { term: 'l1', part: 'gates', lambda },
    ],
    more,
  )

/** Three batches an epoch, four epochs; gates move fast, so that something happens. */
const cells = (settings: Settings = {}): Trial =>
  trialOf(imageData(), tinyCells(), {
    schedule: press(5, { prune: { from: 0.25, until: 0.75 } }),
    ...settings,
    search: { epochs: 4, batch: 8, inspectEvery: 2, gates: { travel: 1 }, ...settings.search },
  })

const units = (settings: Settings = {}): Trial =>
  trialOf(vectorData(), tinyMlp(), {
    schedule: press(10, {
      phases: [
        {
          name: 'all',
          until: 1,
          losses: { task: 1, reconstruction: 0.5 },
          terms: [{ term: 'l1', part: 'gates', lambda: 6 }],
        },
      ],
      prune: { from: 0.25, until: 0.75 },
    }),
    ...settings,
    search: { epochs: 4, batch: 8, inspectEvery: 2, gates: { travel: 1 }, ...settings.search },
  })

/** Gates that stay open. */
const slow = { gates: { travel: 0.01 } }

/** Searches until `stopAfter` iterations are done, then is interrupted. */
async function interrupted(trial: Trial, stopAfter: number): Promise<Checkpoint> {
  const abort = new AbortController()
  const model = modelOf(trial)
  const { context, checkpoints } = contextOf(trial, abort.signal)
  const counted: SearchContext = {
    ...context,
    // A gates event comes every second iteration.
    emit(event) {
      if (event.type === 'gates' && event.step >= stopAfter) abort.abort()
      context.emit(event)
    },
  }
  const result = await searchArchitecture(model, trial.data, counted)
  expect(result).toMatchObject({ reason: 'interrupted', steps: stopAfter })
  model.dispose()
  return checkpoints.at(-1)!
}

describe.each([
  ['cells', cells],
  ['units', units],
] as const)('a search of %s', (_name, make) => {
  it('gives the same bytes and events twice, and frees everything', async () => {
    const [a, b] = [await searched(make()), await searched(make())]
    expectSameBytes(a.model, b.model)
    const timeless = (events: typeof a.events) =>
      JSON.stringify(events, (key, v: unknown) => (key === 'stepMs' ? 0 : v))
    expect(timeless(b.events)).toBe(timeless(a.events))
    expect(b.model.architecture()).toEqual(a.model.architecture())
    a.model.dispose()
    b.model.dispose()
  })

  it.each([4, 8, 10])(
    'goes on after an interruption at iteration %i, to the same bytes',
    async (stopAfter) => {
      const folder = mkdtempSync(join(tmpdir(), 'sentei-search-'))
      const straight = await searched(make())
      writeCheckpoint(folder, await interrupted(make(), stopAfter))
      const resumed = await searched(make(), readCheckpoint(folder))
      rmSync(folder, { recursive: true })
      expectSameBytes(straight.model, resumed.model)
      expect(resumed.result).toEqual(straight.result)
      const later = (events: typeof straight.events) =>
        events
          .filter((event) => 'step' in event && event.step > stopAfter)
          .map((event) => (event.type === 'evaluation' ? { ...event, stepMs: 0 } : event))
      expect(later(resumed.events)).toEqual(later(straight.events))
      straight.model.dispose()
      resumed.model.dispose()
    },
  )

  it('removes nothing before prune.from, and is legal from prune.until on', async () => {
    const trial = make()
    const { model, events } = await searched(trial)
    const removals = eventsOf(events, 'removal')
    expect(removals.length).toBeGreaterThan(0)
    expect(Math.min(...removals.map(({ step }) => step))).toBeGreaterThanOrEqual(trial.schedule.prune.from)
    const projections = removals.filter(({ by }) => by === 'projection')
    expect(projections.every(({ step }) => step === trial.schedule.prune.until)).toBe(true)
    expect(illegality(model.supernet)).toBeUndefined()
    const parameters = eventsOf(events, 'evaluation').map((event) => event.parameters)
    expect(parameters).toEqual([...parameters].sort((a, b) => b - a))
    expect(parameters.at(-1)).toBeLessThan(parameters[0]!)
    model.dispose()
  })

  it('has as many tensors after 50 steps and removals as the model and its optimizer need', () => {
    const trial = make()
    const model = modelOf(trial)
    // By operations: recordings have tensors of their own.
    const context = { ...contextOf(trial).context, execute: sequential }
    const stepper = supernetStepper(model, trial.data, context)
    const batches = batching(trial.data, trial.data.splits.train, trial.config.search, trial.random, 'search')
    const pruning = {
      model,
      data: trial.data,
      context,
      stepper,
      progress: freshProgress(),
      used: trial.schedule,
    }
    const counts: number[] = []
    for (let t = 0; t < 50; t++) {
      stepper.step(t % trial.schedule.steps, batches.at(t), phaseAt(trial.schedule, 0))
      counts.push(tf.memory().numTensors)
      if (t === 19 || t === 30) inspect(pruning, t, false)
    }
    expect(new Set(counts.slice(1, 20)).size).toBe(1)
    expect(new Set(counts.slice(20, 31)).size).toBe(1)
    expect(new Set(counts.slice(31)).size).toBe(1)
    expect(counts[49]).toBeLessThanOrEqual(counts[19]!)
    stepper.dispose()
    model.dispose()
  })
})

describe('pruning during a search', () => {
  it('leaves a closed gate where it is before prune.from, and it may grow back', () => {
    const trial = cells()
    const model = modelOf(trial)
    const { context, events } = contextOf(trial)
    const group = 'cell0/0→2'
    model.setAlpha(group, tf.tensor1d([1, 0, 0]))
    const grown = () =>
      Object.values(model.gateValues()[group]!)
        .slice(1)
        .some((gate) => gate > 0)
    const batches = batching(trial.data, trial.data.splits.train, trial.config.search, trial.random, 'search')
    const phase = { ...phaseAt(trial.schedule, 0), train: new Set<string>() }
    const free = supernetStepper(model, trial.data, {
      ...context,
      schedule: { ...trial.schedule, columns: [] },
    })
    expect(grown()).toBe(false)
    for (let t = 0; t < 20 && !grown(); t++) free.step(t % 12, batches.at(t), phase)
    expect(grown()).toBe(true)
    expect(eventsOf(events, 'removal')).toEqual([])
    free.dispose()
    model.dispose()
  })

  it('says which λ was in force when a closed gate was removed', async () => {
    const { model, events } = await searched(
      cells({ schedule: press(3, { prune: { from: 0.25, until: 0.75 } }) }),
    )
    const byZero = eventsOf(events, 'removal').filter(({ by }) => by === 'zero')
    expect(byZero.length).toBeGreaterThan(0)
    for (const { lambda } of byZero) expect(lambda).toEqual({ 'l1/gates': 3 })
    model.dispose()
  })

  it('projects what is left at prune.until, and says what the metric lost', async () => {
    const { model, events, result } = await searched(
      cells({ schedule: press(0, { prune: { from: 0.5, until: 0.5 } }), search: slow }),
    )
    const removals = eventsOf(events, 'removal')
    expect(removals.map(({ by }) => by)).toEqual(removals.map(() => 'projection'))
    const { before, after } = removals[0]!
    expect(result.jumps).toBeCloseTo(before! - after!, 12)
    // Inputs are decided first: nothing is removed from an edge that goes anyway.
    const removed = new Map(removals.map(({ group, members }) => [group, members]))
    for (const group of removed.keys()) {
      const [cell, edge] = group.split('/') as [string, string]
      if (edge.includes('→')) expect(removed.get(`${cell}/node${edge.split('→')[1]}`)).not.toContain(edge)
    }
    model.dispose()
  })

  it.each([0, 0.01, 1])('ends legal with prune.until %f', async (until) => {
    const { model, events } = await searched(
      cells({ schedule: press(0, { prune: { from: 0, until } }), search: slow }),
    )
    expect(illegality(model.supernet)).toBeUndefined()
    const [first] = eventsOf(events, 'removal')
    expect(first!.step).toBe(Math.max(1, Math.round(until * 12)))
    model.dispose()
  })

  it('holds the gates in phases that say so', async () => {
    const trial = cells({
      schedule: {
        name: 'hold',
        phases: [{ name: 'all', until: 1, gates: 'hold', terms: [{ term: 'l1', part: 'gates', lambda: 1 }] }],
        prune: { from: 1, until: 1 },
      },
    })
    const [start, { model, events }] = [modelOf(trial), await searched(trial)]
    const last = eventsOf(events, 'gates').at(-1)!.weights
    expect(last).toEqual(start.gateValues())
    start.dispose()
    model.dispose()
  })

  it('trains only the layers that a phase names', async () => {
    const trial = units({
      schedule: {
        name: 'encoder',
        phases: [
          {
            name: 'all',
            until: 1,
            train: 'encoder/**',
            gates: 'hold',
            losses: { task: 1, reconstruction: 1 },
          },
        ],
        prune: { from: 1, until: 1 },
      },
    })
    const start = modelOf(trial)
    const { model } = await searched(trial)
    const [was, is] = [bytesOf(start), bytesOf(model)]
    const moved = Object.keys(was).filter((name) => is[name] !== was[name])
    expect(moved.length).toBeGreaterThan(0)
    expect(moved.every((name) => name.startsWith('encoder/'))).toBe(true)
    start.dispose()
    model.dispose()
  })
})

describe('early stopping', () => {
  it('waits until the architecture is decided, then for `earlyStop` epochs without a better metric', async () => {
    const { model, events, result } = await searched(
      cells({
        search: { epochs: 12, weights: { learningRate: 1e-9 }, earlyStop: { epochs: 2, minDelta: 0.5 } },
        schedule: press(5, { prune: { from: 0.25, until: 0.5 } }),
      }),
    )
    // Decided after epoch 5; epoch 5 is the best so far; epochs 6 and 7 are no better.
    expect(result).toMatchObject({ reason: 'early-stop', steps: 8 * 3 })
    expect(eventsOf(events, 'done')).toEqual([
      { type: 'done', stage: 'search', reason: 'early-stop', step: 24 },
    ])
    model.dispose()
  })
})

describe('alternating mode', () => {
  it('needs an arch split', async () => {
    const trial = cells({ search: { mode: 'alternating' } })
    const model = modelOf(trial)
    const { context } = contextOf(trial)
    await expect(searchArchitecture(model, trial.data, context)).rejects.toThrow(
      'config.search.mode: alternating trains gates on the split arch, which is empty; give config.split.arch a share',
    )
    model.dispose()
  })

  it('steps the gates on the arch split alone', async () => {
    const run = async (archTargets: number) => {
      const data = imageData({ train: 24, arch: 12, validation: 12 })
      const targets = data.targets.slice()
      for (const row of data.splits.arch) targets[row] = (targets[row]! + archTargets) % 3
      const trial = trialOf({ ...data, targets }, tinyCells(), {
        schedule: onePhase([]),
        search: { epochs: 1, mode: 'alternating', gates: { travel: 1 } },
      })
      const { model, events } = await searched(trial)
      model.dispose()
      return eventsOf(events, 'gates')[0]!.weights
    }
    const [a, again, other] = [await run(0), await run(0), await run(1)]
    expect(again).toEqual(a)
    expect(other).not.toEqual(a)
  })
})

describe('softmax', () => {
  it('is searched with Adam, stays open until the projection, and resumes bit for bit', async () => {
    const make = () =>
      cells({
        relaxation: 'softmax',
        schedule: onePhase([{ term: 'entropy', part: 'gates', lambda: 0.1 }], {
          prune: { from: 0.25, until: 0.75 },
        }),
      })
    const straight = await searched(make())
    const removals = eventsOf(straight.events, 'removal')
    expect(removals.every(({ by, step }) => by === 'projection' && step === 9)).toBe(true)
    const resumed = await searched(make(), await interrupted(make(), 4))
    expectSameBytes(straight.model, resumed.model)
    straight.model.dispose()
    resumed.model.dispose()
  })
})

it('a checkpoint of another configuration is refused', async () => {
  const trial = cells()
  const checkpoint = await interrupted(trial, 4)
  const model = modelOf(trial)
  const { context } = contextOf({ ...trial, identity: 'another' })
  await expect(searchArchitecture(model, trial.data, context, checkpoint)).rejects.toThrow(
    'checkpoint: it belongs to another configuration or other data; start a new run',
  )
  model.dispose()
})

it('a checkpoint can be resumed more than once', async () => {
  const checkpoint = await interrupted(cells(), 4)
  const [a, b] = [await searched(cells(), checkpoint), await searched(cells(), checkpoint)]
  expectSameBytes(a.model, b.model)
  expect(b.result).toEqual(a.result)
  a.model.dispose()
  b.model.dispose()
})
