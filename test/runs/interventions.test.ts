import { cpSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { Interrupted } from '../../src/base/errors.js'
import { resolveConfig } from '../../src/config/load-config.js'
import type { Event } from '../../src/events/types.js'
import { eventsOf } from '../../src/report/history.js'
import { readCheckpoint } from '../../src/runs/checkpoint-file.js'
import { checkpointOf } from '../../src/runs/checkpoints.js'
import { deriveRun } from '../../src/runs/derive-run.js'
import { freezeRun, scheduleText } from '../../src/runs/freeze-run.js'
import { readEvents } from '../../src/runs/read-run.js'
import { reportRun } from '../../src/runs/report-run.js'
import { resumeRun, searchRun } from '../../src/runs/search-run.js'
import { temporaryFolder, tinyMlp } from './helper.js'

const folder = temporaryFolder()
const at = (name: string) => join(folder, name)

/** An l2 that lets weights grow without end at a rate above 3.8 / 400, from a fifth of the search on. */
const phase = (name: string, until: number, terms: readonly object[]) => ({ name, until, terms })
const wild = {
  ...tinyMlp,
  schedule: {
    name: 'wild',
    phases: [
      phase('calm', 0.2, []),
      phase('wild', 0.8, [
        { term: 'l2', part: 'weights', lambda: 400 },
        { term: 'l1', part: 'gates', lambda: 0.2 },
      ]),
      phase('relax', 1, []),
    ],
    prune: { from: 0.3, until: 0.8 },
  },
}
const failing = { ...wild, search: { ...wild.search, rollback: { tries: 0 } } }

/** What a replay must write again: files as text, and the checkpoint's arrays as bytes. */
function outcome(run: string) {
  const { arrays, lambdas } = readCheckpoint(checkpointOf(at(run)))!
  const hex = (v: Float32Array | Float64Array) =>
    Buffer.from(v.buffer, v.byteOffset, v.byteLength).toString('hex')
  return {
    files: ['schedule.csv', 'architecture.json', 'metrics.json', 'model/weights.bin'].map((file) =>
      readFileSync(at(`${run}/${file}`), 'hex'),
    ),
    arrays: [...arrays, ...lambdas].map(([name, values]) => [name, hex(values)]),
  }
}

async function replay(run: string, given: object): Promise<void> {
  writeFileSync(at(`${run}.json`), scheduleText(freezeRun(at(run))))
  const config = resolveConfig({ ...given, schedule: at(`${run}.json`) })
  await searchRun({ config, out: at(`${run}-replayed`) })
}

const set = ['search.weights.learningRate=0.002', 'retrain.steps=5', 'criteria=[{ metric: r2, atLeast: -9 }]']

beforeAll(async () => {
  await searchRun({ config: resolveConfig(wild), out: at('rolled') })
  await expect(searchRun({ config: resolveConfig(failing), out: at('failed') })).rejects.toThrow(
    'search diverged',
  )
  cpSync(at('failed'), at('mended'), { recursive: true })
  cpSync(at('failed'), at('halved'), { recursive: true })
  await resumeRun(at('mended'), { set })
})

describe('a run whose rate was lowered', () => {
  test('tells it once, and nothing that became void', () => {
    const events = readEvents(at('rolled'))
    const changes = eventsOf(events, 'intervention')
    expect(changes.length).toBeGreaterThan(0)
    expect(
      changes.every(({ by, what }) => by === 'roll-back' && what === 'search.weights.learningRate'),
    ).toBe(true)
    const steps = eventsOf(events, 'evaluation').flatMap(({ stage, step }) =>
      stage === 'search' ? [step] : [],
    )
    expect(steps).toEqual([1, 2, 3, 4, 5, 6].map((epoch) => epoch * steps[0]!))
    expect(readFileSync(at('rolled/report.html'), 'utf8')).toContain(
      'roll-back changed search.weights.learningRate from 0.1 to 0.05',
    )
  })

  test('is replayed bit for bit by its frozen schedule', async () => {
    await replay('rolled', wild)
    expect(outcome('rolled-replayed')).toEqual(outcome('rolled'))
    expect(freezeRun(at('rolled-replayed')).replay).toEqual(freezeRun(at('rolled')).replay)
  })

  test('is the same interrupted on the way', async () => {
    const controller = new AbortController()
    const onEvent = (event: Event) => {
      if (event.type === 'intervention') controller.abort()
    }
    const run = searchRun({
      config: resolveConfig(wild),
      out: at('stopped'),
      onEvent,
      signal: controller.signal,
    })
    await expect(run).rejects.toThrow(Interrupted)
    expect(readEvents(at('stopped')).at(-1)).toMatchObject({ type: 'failed', reason: 'interrupted' })
    await expect(deriveRun(at('stopped'))).rejects.toThrow(
      'the run was interrupted; go on with "sentei resume',
    )
    await resumeRun(at('stopped'))
    expect(outcome('stopped')).toEqual(outcome('rolled'))
  })
})

describe('a run that diverged', () => {
  const message =
    /search diverged: .+ at iteration \d+ with learning rate 0\.1; lower config\.search\.weights\.learningRate/

  test('says so at its end, in the report, and to whoever wants its result', async () => {
    const last = readEvents(at('failed')).at(-1)
    expect(last).toMatchObject({ type: 'failed', reason: 'diverged', stage: 'search' })
    await expect(deriveRun(at('failed'))).rejects.toThrow(message)
    await expect(deriveRun(at('failed'))).rejects.toThrow(
      /go on with "sentei resume .+ --set search\.weights\.clipNorm=1"$/,
    )
    const page = readFileSync(await reportRun(at('failed')), 'utf8')
    expect(page).toContain('✕ diverged')
    expect(page).toMatch(message)
  })

  test('is not run again as it is, and keeps what cannot change', async () => {
    const before = readFileSync(at('failed/events.jsonl'), 'hex')
    await expect(resumeRun(at('failed'))).rejects.toThrow(message)
    await expect(resumeRun(at('failed'), { set: ['search.steps=900'] })).rejects.toThrow(
      /^--set search\.steps=900: it cannot change while the run goes on, because the schedule is laid out over all iterations; what can: search\.weights\.learningRate, .*lambda\.LAYER\.TERM/,
    )
    for (const fixed of [
      'seed=2',
      'data.source=chicago',
      'supernet.options.code=3',
      'search.weights.momentum=0.5',
    ])
      await expect(resumeRun(at('failed'), { set: [fixed] })).rejects.toThrow(
        'it cannot change while the run goes on',
      )
    await expect(resumeRun(at('failed'), { set: ['search.weights.learningRate=-1'] })).rejects.toThrow(
      'config.search.weights.learningRate: expected number > 0',
    )
    await expect(resumeRun(at('failed'), { set: ['lambda.head/dense0.l3/weights=1'] })).rejects.toThrow(
      /^--set lambda\.head\/dense0\.l3\/weights: the schedule has no such column; did you mean "lambda\.head\/dense0\.l\d\/weights"/,
    )
    expect(readFileSync(at('failed/events.jsonl'), 'hex')).toBe(before)
  })

  test('goes on with other settings to its end; its configuration stays, the changes are interventions', () => {
    const metrics = JSON.parse(readFileSync(at('mended/metrics.json'), 'utf8')) as {
      criteria: { results: unknown[] }
    }
    expect(metrics.criteria.results).toHaveLength(1)
    const config = (run: string) => readFileSync(at(`${run}/config.json`), 'utf8')
    expect(config('mended')).toBe(config('failed'))
    const events = readEvents(at('mended'))
    const changes = eventsOf(events, 'intervention').filter(({ by }) => by === 'resume')
    expect(changes.map(({ what, from, to }) => [what, from, to])).toEqual([
      ['search.weights.learningRate', 0.1, 0.002],
      ['retrain.steps', expect.any(Number), 5],
      [
        'criteria',
        tinyMlp.criteria.map((each) => ({ split: 'test', ...each })),
        [{ metric: 'r2', split: 'test', atLeast: -9 }],
      ],
    ])
    expect(changes[0]!.why).toMatch(message)
    expect(eventsOf(events, 'evaluation').filter(({ stage }) => stage === 'retrain')).toHaveLength(1)
  })

  test('is the same stopped again on the way, and its settings are not asked for twice', async () => {
    const controller = new AbortController()
    const onEvent = (event: Event) => {
      if (event.type === 'evaluation') controller.abort()
    }
    const run = resumeRun(at('halved'), { set, onEvent, signal: controller.signal })
    await expect(run).rejects.toThrow(Interrupted)
    await resumeRun(at('halved'))
    expect(outcome('halved')).toEqual(outcome('mended'))
  })

  test('is replayed bit for bit, retraining and criteria too', async () => {
    await replay('mended', failing)
    expect(outcome('mended-replayed')).toEqual(outcome('mended'))
  })

  test('takes no settings once it is finished', async () => {
    await expect(resumeRun(at('mended'), { set })).rejects.toThrow('the run is finished and cannot change')
  })
})
