import { describe, expect, it } from 'vitest'
import type { Intervention } from '../../src/config/intervention-schema.js'
import { searchArchitecture } from '../../src/search/search.js'
import type { Checkpoint } from '../../src/search/state.js'
import { judgeEpoch, freshCourse, relativeError } from '../../src/train/course.js'
import { rolledBack } from '../../src/train/roll-back.js'
import type { Trial } from '../../src/trial/types.js'
import {
  contextOf,
  eventsOf,
  expectSameBytes,
  modelOf,
  searched,
  tinyMlp,
  trialOf,
  vectorData,
  type Settings,
} from '../helpers/trials.js'

/**
 * A rate at which the network's weights grow without end: found by λ of l2 times the rate, far above 2. Three iterations
 * an epoch; gates close on the way, so going back brings members back.
 */
const diverging = (settings: Settings = {}): Trial =>
  trialOf(vectorData(), tinyMlp(), {
    schedule: {
      name: 'late',
      phases: [
        { name: 'calm', until: 0.5, terms: [{ term: 'l1', part: 'gates', lambda: 1 }] },
        {
          name: 'wild',
          until: 1,
          terms: [
            { term: 'l1', part: 'gates', lambda: 1 },
            { term: 'l2', part: 'weights', lambda: 400 },
          ],
        },
      ],
      prune: { from: 0.1, until: 0.9 },
    },
    ...settings,
    search: {
      epochs: 20,
      batch: 8,
      inspectEvery: 1,
      gates: { travel: 2 },
      weights: { optimizer: 'sgd', decay: 'constant', learningRate: 0.05 },
      ...settings.search,
    },
  })

/** Searches until an iteration is reached for the first time, then is interrupted: the checkpoint. */
async function interruptedAt(trial: Trial, step: number): Promise<Checkpoint> {
  const abort = new AbortController()
  const model = modelOf(trial)
  const { context, checkpoints } = contextOf(trial, abort.signal)
  const source = trial.planner?.()
  await searchArchitecture(model, trial.data, {
    ...context,
    ...(source && { source }),
    emit(event) {
      if (event.type === 'gates' && event.step >= step) abort.abort()
    },
  })
  model.dispose()
  return checkpoints.at(-1)!
}

describe('a search that diverges', () => {
  it('goes back to its last good state and on with a lower rate, and says so', async () => {
    const { model, events, result, checkpoints } = await searched(diverging())
    const changes = eventsOf(events, 'intervention')
    expect(result.reason).toBe('finished')
    expect(changes.length).toBeGreaterThan(0)
    expect(changes[0]).toMatchObject({
      stage: 'search',
      what: 'search.weights.learningRate',
      from: 0.05,
      to: 0.025,
      by: 'roll-back',
    })
    expect(changes[0]!.why).toMatch(/^(the|a) .* at iteration \d+$/)
    expect(changes[0]!.step % 3).toBe(0)
    expect(changes[0]!.step).toBeGreaterThan(0)
    expect(checkpoints.at(-1)!.progress.interventions).toHaveLength(changes.length)
    expect([...model.weights.values().values()].every((v) => v.every(Number.isFinite))).toBe(true)
    model.dispose()
  })

  it('gives the same bytes again, and interrupted before, within and behind the roll-back', async () => {
    const whole = await searched(diverging())
    const [change] = eventsOf(whole.events, 'intervention')
    const at = Number(/\d+$/.exec(change!.why!)![0])
    for (const step of [change!.step - 1, at - 1, at + 2]) {
      const checkpoint = await interruptedAt(diverging(), step)
      const resumed = await searched(diverging(), checkpoint)
      expectSameBytes(whole.model, resumed.model)
      expect(resumed.checkpoints.at(-1)!.progress).toEqual(whole.checkpoints.at(-1)!.progress)
      expect(resumed.result.used).toEqual(whole.result.used)
      resumed.model.dispose()
    }
    whole.model.dispose()
  })

  it('brings back what was removed since', async () => {
    const { model, events } = await searched(diverging())
    const undone = eventsOf(events, 'intervention').flatMap(({ step }) =>
      eventsOf(events, 'removal').filter((removal) => removal.step > step),
    )
    expect(undone.length).toBeGreaterThan(0)
    model.dispose()
  })

  it('fails after so many tries, with what, where, at which rates, and what to change; its last state is good', async () => {
    const trial = diverging({ search: { rollback: { tries: 2, factor: 0.9 } } })
    const model = modelOf(trial)
    const { context, checkpoints, events } = contextOf(trial)
    await expect(searchArchitecture(model, trial.data, context)).rejects.toThrow(
      /^search diverged: .+ at iteration \d+ with learning rate 0\.0405, and with 0\.05, 0\.045 before, each time from iteration \d+ on; lower config\.search\.weights\.learningRate, or limit the gradient by config\.search\.weights\.clipNorm$/,
    )
    const last = checkpoints.at(-1)!
    expect([...last.arrays.values()].every((values) => values.every(Number.isFinite))).toBe(true)
    expect(eventsOf(events, 'intervention').at(-1)).toMatchObject({ to: 0.05, step: last.step })
    model.dispose()
  })

  it('fails at once without tries', async () => {
    const trial = diverging({ search: { rollback: { tries: 0 } } })
    const model = modelOf(trial)
    await expect(searchArchitecture(model, trial.data, contextOf(trial).context)).rejects.toThrow(
      /^search diverged: .+ with learning rate 0\.05; lower/,
    )
    model.dispose()
  })

  it('keeps what somebody changed since the state that it goes back to', async () => {
    const trial = diverging()
    const whole = await searched(trial)
    const [change] = eventsOf(whole.events, 'intervention')
    whole.model.dispose()
    const at = Number(/\d+$/.exec(change!.why!)![0])
    const checkpoint = await interruptedAt(trial, at - 1)
    expect(checkpoint.step).toBeGreaterThan(change!.step)
    const mine: Intervention = {
      stage: 'search',
      step: checkpoint.step,
      what: 'search.gates.travel',
      from: 0.2,
      to: 0.1,
      by: 'resume',
    }
    const model = modelOf(trial)
    const { context, checkpoints } = contextOf(trial)
    await searchArchitecture(model, trial.data, { ...context, interventions: [mine] }, checkpoint)
    const kept = checkpoints.at(-1)!.progress.interventions.filter(({ by }) => by === 'resume')
    expect(kept).toEqual([{ ...mine, step: change!.step }])
    model.dispose()
  })

  it('is held by a λ set by hand as it is by a rate', async () => {
    const trial = diverging()
    const checkpoint = await interruptedAt(trial, 10)
    const layers = [
      ...new Set(trial.schedule.columns.filter(({ term }) => term === 'l2').map(({ layer }) => layer)),
    ]
    const mine = layers.map((layer): Intervention => ({
      stage: 'search',
      step: checkpoint.step,
      what: `lambda.${layer}.l2/weights`,
      from: null,
      to: 0.01,
      by: 'ann',
    }))
    const model = modelOf(trial)
    const { context, events } = contextOf(trial)
    const { used } = await searchArchitecture(
      model,
      trial.data,
      { ...context, interventions: mine },
      checkpoint,
    )
    expect(eventsOf(events, 'intervention').filter(({ by }) => by === 'roll-back')).toEqual([])
    const columns = used.columns.filter(({ term }) => term === 'l2')
    expect(columns.every(({ segments }) => segments.every(({ value }) => value === 0.01))).toBe(true)
    model.dispose()
  })
})

describe('an epoch explodes', () => {
  const losses = (task: number) => ({ task, reconstruction: null })

  it('where its loss is far above 1, the first batch and the best epoch', () => {
    const course = { first: { task: 1.2 }, best: {} }
    expect(judgeEpoch(course, losses(0.4))).toEqual({ calm: true })
    expect(judgeEpoch(course, losses(119))).toEqual({ calm: false })
    expect(judgeEpoch(course, losses(121))).toEqual({ why: 'the task loss explodes to 121' })
  })

  it('not by noise about a tiny loss, a lucky first batch, a large unit, or a jump of a removal', () => {
    const healthy = [1, 0.3, 0.02, 1e-7, 0.01, 2, 1e-9, 5, 0.8]
    const lucky = { first: { task: 1e-9 }, best: {} }
    for (const value of healthy) expect(judgeEpoch(lucky, losses(value))).not.toHaveProperty('why')
    const large = { first: { task: 1e6 }, best: {} }
    for (const value of healthy) expect(judgeEpoch(large, losses(value * 1e6))).not.toHaveProperty('why')
  })

  it('not by moving averages that lag behind, but by a metric beyond all measure, in any unit', () => {
    const data = vectorData()
    const scaled = { ...data, scaler: { ...data.scaler, target: { mean: [0], std: [1e-3] } } }
    const seen = (value: number) => ({
      metric: 'rmse' as const,
      value,
      error: relativeError('rmse', value, scaled),
    })
    expect(judgeEpoch(freshCourse(), losses(1), seen(1e-3))).toEqual({ calm: true })
    expect(judgeEpoch(freshCourse(), losses(1), seen(5))).toEqual({ calm: false })
    expect(judgeEpoch(freshCourse(), losses(1), seen(50))).toEqual({
      why: 'the validation rmse explodes to 50.0',
    })
  })
})

describe('what is done about a divergence', () => {
  const weights = { learningRate: 0.1, minLearningRate: 0.06 } as Trial['config']['search']['weights']
  const fallen = (interventions: readonly Intervention[]) => ({
    stage: 'baseline' as const,
    options: { weights, rollback: { tries: 2, factor: 0.5 } },
    interventions,
    step: 40,
  })

  it('a lower rate, whose decay does not climb', () => {
    const { interventions, failure } = rolledBack(fallen([]), { step: 57, why: 'the loss is not finite' })
    expect(failure).toBeUndefined()
    expect(interventions.map(({ what, from, to }) => [what, from, to])).toEqual([
      ['retrain.weights.learningRate', 0.1, 0.05],
      ['retrain.weights.minLearningRate', 0.06, 0.05],
    ])
  })

  it('tries count from the last change by somebody else', () => {
    const lower = rolledBack(fallen([]), { step: 57, why: 'x' }).interventions[0]!
    const found = { step: 57, why: 'x' }
    expect(rolledBack(fallen([lower, lower]), found).failure).toBeDefined()
    expect(rolledBack(fallen([lower, lower, { ...lower, by: 'resume' }]), found).failure).toBeUndefined()
    expect(rolledBack(fallen([{ ...lower, stage: 'retrain' }, lower]), found).failure).toBeUndefined()
  })
})
