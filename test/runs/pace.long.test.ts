import { cpSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { Interrupted } from '../../src/base/errors.js'
import { resolveConfig } from '../../src/config/load-config.js'
import type { Event } from '../../src/events/types.js'
import { eventsOf } from '../../src/report/history.js'
import { readCheckpoint } from '../../src/runs/checkpoint-file.js'
import { checkpointOf } from '../../src/runs/checkpoints.js'
import { freezeRun, scheduleText } from '../../src/runs/freeze-run.js'
import { readEvents } from '../../src/runs/read-run.js'
import { resumeRun, searchRun } from '../../src/runs/search-run.js'
import type { TrialClock } from '../../src/trial/types.js'
import { contentOf, temporaryFolder, tinyMlp } from './helper.js'
import '../setup/shared.js'

const folder = temporaryFolder()
const at = (name: string) => join(folder, name)

const { epochs: _, ...search } = tinyMlp.search
const steps = 60
const given = { ...tinyMlp, search: { ...search, steps, evaluateEvery: 10, inspectEvery: 2 } }
const config = resolveConfig(given)

/** Asks for a pace from an iteration on. */
const hurried = (from: number, to: number): TrialClock => ({
  pace: ({ step }) => (step >= from ? to : 1),
  training: () => () => false,
})
const clock = hurried(20, 2.6)

const outcome = (run: string) => {
  const { lambdas, progress } = readCheckpoint(checkpointOf(at(run)))!
  return { bytes: contentOf(at(run)), lambdas: [...lambdas], interventions: progress.interventions }
}

beforeAll(async () => {
  await searchRun({ config, out: at('usual') })
  await searchRun({ config, out: at('fast'), clock })
})

describe('a search that must hurry', () => {
  test('says so, as an intervention', () => {
    expect(eventsOf(readEvents(at('fast')), 'intervention')).toMatchObject([
      { stage: 'search', step: 20, what: 'pace', from: 1, to: 2.5, by: 'time' },
    ])
  })

  test('comes through all phases, at their first iterations, and ends at its last', () => {
    const phases = (run: string) =>
      eventsOf(readEvents(at(run)), 'phase').map(({ name, step }) => [name, step])
    expect(phases('fast')).toEqual(phases('usual'))
    const done = eventsOf(readEvents(at('fast')), 'done').find(({ stage }) => stage === 'search')
    expect(done).toMatchObject({ reason: 'finished', step: steps })
  })

  test('is evaluated after as many steps, so less often', () => {
    const evaluations = (run: string) =>
      eventsOf(readEvents(at(run)), 'evaluation').filter(({ stage }) => stage === 'search').length
    expect(evaluations('usual')).toBe(6)
    // At 10 and 20, past 25 and 50 (multiples of 10 · 2.5), and at the end.
    expect(evaluations('fast')).toBe(5)
  })

  test('has a λ for every iteration, those of its schedule where it took a step', () => {
    const rows = readFileSync(at('fast/schedule.csv'), 'utf8').trim().split('\n').slice(1)
    const task = rows.map((row) => row.split(',')).filter(([, , , term]) => term === 'task')
    expect(task.length).toBeGreaterThan(0)
    expect(task.at(-1)![1]).toBe(String(steps))
  })

  test('is replayed bit for bit by its frozen schedule, without a clock', async () => {
    writeFileSync(at('fast.json'), scheduleText(freezeRun(at('fast'))))
    await searchRun({ config: resolveConfig({ ...given, schedule: at('fast.json') }), out: at('replayed') })
    const [fast, replayed] = [outcome('fast'), outcome('replayed')]
    expect(replayed.lambdas).toEqual(fast.lambdas)
    expect(replayed.bytes['model/weights.bin']).toEqual(fast.bytes['model/weights.bin'])
    expect(replayed.bytes['architecture.json']).toEqual(fast.bytes['architecture.json'])
  })

  test('keeps its pace when it is resumed, bit for bit, with a clock or without', async () => {
    const stop = new AbortController()
    const onEvent = (event: Event) => {
      if (event.type === 'evaluation' && event.step > 20) stop.abort()
    }
    const run = searchRun({ config, out: at('stopped'), clock, signal: stop.signal, onEvent })
    await expect(run).rejects.toThrow(Interrupted)
    cpSync(at('stopped'), at('watched'), { recursive: true })
    await resumeRun(at('stopped'))
    await resumeRun(at('watched'), { clock })
    expect(outcome('stopped')).toEqual(outcome('fast'))
    expect(outcome('watched')).toEqual(outcome('fast'))
  })
})

describe('trainings that have no time left', () => {
  test('end at an evaluation, and the run is finished', async () => {
    const longer = { ...given, retrain: { ...tinyMlp.retrain, epochs: 6 } }
    const isOver = (step: number) => step > 10
    const times: string[] = []
    const training: TrialClock['training'] = (stage) => {
      times.push(stage)
      return isOver
    }
    await searchRun({
      config: resolveConfig(longer),
      out: at('ended'),
      clock: { pace: ({ pace }) => pace, training },
    })
    const done = eventsOf(readEvents(at('ended')), 'done').filter(({ stage }) => stage !== 'search')
    expect(times).toEqual(['baseline', 'retrain'])
    expect(done.map(({ stage, reason }) => [stage, reason])).toEqual([
      ['baseline', 'time'],
      ['retrain', 'time'],
    ])
    expect(done.every(({ step }) => step > 10 && step <= 20)).toBe(true)
  })
})
