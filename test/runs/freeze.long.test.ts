import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { Interrupted } from '../../src/base/errors.js'
import { resolveConfig } from '../../src/config/load-config.js'
import type { Event } from '../../src/events/types.js'
import { readCheckpoint } from '../../src/runs/checkpoint-file.js'
import { checkpointOf } from '../../src/runs/checkpoints.js'
import { freezeRun, scheduleText } from '../../src/runs/freeze-run.js'
import { readEvents } from '../../src/runs/read-run.js'
import { retrainRun } from '../../src/runs/retrain-run.js'
import { resumeRun, searchRun } from '../../src/runs/search-run.js'
import type { Architecture } from '../../src/supernet/types.js'
import { temporaryFolder, tinyCells, tinyMlp } from './helper.js'

const folder = temporaryFolder()
const at = (name: string) => join(folder, name)

/** Weak members go, and what is left is decided by perturbation; a term that a safeguard brings in. */
const softmax = {
  ...tinyCells,
  relaxation: 'softmax',
  schedule: {
    name: 'weak',
    phases: [{ name: 'all', until: 1, terms: [{ term: 'parameters', part: 'gates', lambda: 30 }] }],
    prune: { from: 0.3, until: 0.8, threshold: 0.5, rule: 'perturbation', order: 'random' },
  },
  search: {
    epochs: 6,
    batch: 256,
    inspectEvery: 2,
    gates: { travel: 6 },
    alarms: { collapse: { limit: 0.5, safeguard: { term: 'skip-share', lambda: 0.5 } } },
  },
}

const stopping = {
  ...softmax,
  search: { ...softmax.search, alarms: { collapse: { limit: 0.5, safeguard: 'stop' } } },
}

/** Widths within a budget: the projection decides, and removal stops before it. */
const budgeted = {
  ...tinyMlp,
  schedule: { ...tinyMlp.schedule, budget: { metric: 'parameters', share: 0.4 } },
}

/** Sizes are kept as members go, and the smallest that is good enough is the result. */
const tolerant = {
  ...tinyMlp,
  retrain: { ...tinyMlp.retrain, gates: 'drop', epochs: 4 },
  budget: { tolerance: 0.3 },
}

/** All sizes are retrained, and the smallest that is as good as the best is the result. */
const compared = { ...tolerant, budget: { tolerance: 0.3, against: 'best' } }

const trials = { mlp: tinyMlp, cells: tinyCells, softmax, stopping, budgeted, tolerant, compared }
type Name = keyof typeof trials
const names = ['mlp', 'cells', 'softmax', 'stopping', 'budgeted', 'tolerant', 'compared'] as const

/** The trial's configuration with its frozen schedule as a file. */
function replaying(name: Name, more: object = {}) {
  writeFileSync(at(`${name}.json`), scheduleText(freezeRun(at(name))))
  return resolveConfig({ ...trials[name], schedule: at(`${name}.json`), ...more })
}

/** What must be the same in a replay: files as text, the checkpoint's arrays as bytes, the removals. */
function outcome(run: string) {
  const text = (file: string) => readFileSync(at(`${run}/${file}`), 'utf8')
  const { arrays, lambdas, origin } = readCheckpoint(checkpointOf(at(run)))!
  const hex = (v: Float32Array | Float64Array) =>
    Buffer.from(v.buffer, v.byteOffset, v.byteLength).toString('hex')
  return {
    files: ['schedule.csv', 'architecture.json', 'metrics.json', 'model/weights.bin'].map(text),
    arrays: [...arrays, ...lambdas].map(([name, values]) => [name, hex(values)]),
    origin,
    removals: readEvents(at(run)).filter(({ type }) => type === 'removal'),
  }
}

async function interruptAt(
  out: string,
  config: ReturnType<typeof replaying>,
  type: Event['type'],
  times: number,
) {
  const controller = new AbortController()
  let seen = 0
  const onEvent = (event: Event) => {
    if (event.type === type && ++seen === times) controller.abort()
  }
  const run = searchRun({ config, out: at(out), onEvent, signal: controller.signal })
  await expect(run).rejects.toThrow(Interrupted)
  await resumeRun(at(out))
}

beforeAll(async () => {
  for (const name of names) await searchRun({ config: resolveConfig(trials[name]), out: at(name) })
})

describe.each(names)('the frozen schedule of a run of %s', (name) => {
  test('replays the run bit for bit', async () => {
    await searchRun({ config: replaying(name), out: at(`${name}-replayed`) })
    const [first, again] = [outcome(name), outcome(`${name}-replayed`)]
    expect(again).toEqual(first)
    expect(first.removals.length).toBeGreaterThan(1)
  })

  test('replays it interrupted and resumed, too, and is the same of such a run', async () => {
    // The search that a safeguard stops has decided nothing before it stops.
    const early = name === 'stopping'
    await interruptAt(`${name}-twice`, replaying(name), 'gates', early ? 1 : 3)
    expect(outcome(`${name}-twice`)).toEqual(outcome(name))
    await interruptAt(`${name}-halved`, resolveConfig(trials[name]), early ? 'gates' : 'removal', 1)
    const { description } = freezeRun(at(name))
    expect({ ...freezeRun(at(`${name}-halved`)), description }).toEqual(freezeRun(at(name)))
  })

  test('is the same frozen again, and reads back from its text', () => {
    const frozen = freezeRun(at(name))
    expect(JSON.parse(scheduleText(frozen))).toEqual(JSON.parse(JSON.stringify(frozen)))
    const { table, replay, name: called } = freezeRun(at(`${name}-replayed`))
    expect({ table, replay, called }).toEqual({
      table: frozen.table,
      replay: frozen.replay,
      called: frozen.name,
    })
  })
})

describe('a frozen schedule', () => {
  test('forces the removals of its log, not its own choice', async () => {
    const document = freezeRun(at('cells'))
    const removals = document.replay!.removals.map((removal) => ({ ...removal }))
    const kinds = Object.fromEntries(groupsOf('cells').map(({ name, kind }) => [name, kind]))
    const projected = removals.find(({ by, group }) => by === 'projection' && kinds[group] === 'operations')!
    const { kept: own } = architectureOf('cells').find(({ name }) => name === projected.group)!
    const [saved, ...others] = projected.members
    projected.members = [...others, own[0]!.member]
    const schedule = { ...document, replay: { ...document.replay!, removals } }
    const run = await searchRun({ config: resolveConfig({ ...tinyCells, schedule }), out: at('forced') })
    const { kept } = run.architecture.groups.find(({ name }) => name === projected.group)!
    expect(kept.map(({ member }) => member)).toEqual([saved])
  })

  test('fails where a gate that was 0 is not', async () => {
    const document = freezeRun(at('mlp'))
    const removals = document.replay!.removals.map((removal, i) =>
      i === 0 ? { ...removal, step: 1 } : removal,
    )
    const schedule = { ...document, replay: { ...document.replay!, removals } }
    const run = searchRun({ config: resolveConfig({ ...tinyMlp, schedule }), out: at('wrong-gate') })
    await expect(run).rejects.toThrow(/replay: iteration 1, .*: the gate of \d+ was 0, here it is \d/)
  })

  test('without "replay" is a schedule like any other', async () => {
    const schedule = { ...freezeRun(at('mlp')), replay: undefined }
    const run = await searchRun({ config: resolveConfig({ ...tinyMlp, schedule, seed: 5 }), out: at('free') })
    expect(run.metrics.seed).toBe(5)
    expect(readFileSync(at('free/schedule.csv'), 'utf8')).toBe(readFileSync(at('mlp/schedule.csv'), 'utf8'))
  })

  test.each<[string, object, string]>([
    [
      'seed',
      { seed: 2 },
      'config.seed: expected 1, as in the run that was frozen; without "replay" the schedule’s table runs alone, got 2',
    ],
    ['batch', { search: { ...tinyMlp.search, batch: 64 } }, 'config.search.batch: expected 128, as'],
    [
      'supernet',
      { supernet: { space: 'autoencoder-mlp', options: { encoder: [12], code: 7, head: [8] } } },
      'config.supernet.options.code: expected 6, as',
    ],
    [
      'data',
      { data: { source: 'concrete', drop: ['cement'] } },
      'schedule.replay.data: expected data of hash ',
    ],
  ])('refuses another %s before anything is written', async (_what, more, message) => {
    await expect(searchRun({ config: replaying('mlp', more), out: at('other') })).rejects.toThrow(message)
  })

  test('refuses other weights at iteration 0', async () => {
    const document = freezeRun(at('mlp'))
    const schedule = { ...document, replay: { ...document.replay!, initial: 'f'.repeat(64) } }
    const run = searchRun({ config: resolveConfig({ ...tinyMlp, schedule }), out: at('other-initial') })
    await expect(run).rejects.toThrow(
      'schedule.replay.initial: expected weights and gates of hash ffffffffffff…',
    )
  })

  test('of other settings than search is the same', async () => {
    const config = replaying('mlp', {
      name: 'renamed',
      retrain: { ...tinyMlp.retrain, epochs: 1 },
      criteria: [],
    })
    const { architecture } = await searchRun({ config, out: at('retrained-otherwise') })
    expect(`${JSON.stringify(architecture, null, 2)}\n`).toBe(
      readFileSync(at('mlp/architecture.json'), 'utf8'),
    )
  })
})

test('only a finished search can be frozen', async () => {
  await retrainRun({ run: at('mlp'), out: at('retrained') })
  expect(() => freezeRun(at('retrained'))).toThrow('retrained: a retraining has no search to freeze')
  expect(() => freezeRun(at('nothing'))).toThrow('nothing/config.json: no such file')
})

function groupsOf(name: Name) {
  const [start] = readEvents(at(name))
  return start!.type === 'start' ? start.groups : []
}

const architectureOf = (name: Name) =>
  (JSON.parse(readFileSync(at(`${name}/architecture.json`), 'utf8')) as Architecture).groups

test('a term that a safeguard brought in stands in the schedule as used', () => {
  const told = readEvents(at('softmax')).filter((event) => event.type === 'alarm' && event.safeguard)
  const csv = readFileSync(at('softmax/schedule.csv'), 'utf8')
  // It acts while the alarm stands: raised anew, it acts anew.
  expect(told).toHaveLength(csv.match(/skip-share\/gates,0.5\n/g)!.length)
  for (const alarm of told) {
    expect(alarm).toMatchObject({ alarm: 'collapse', safeguard: 'skip-share 0.5' })
    const { step, layer } = alarm as { step: number; layer: string }
    expect(csv).toMatch(new RegExp(`\n${step},\\d+,${layer},skip-share/gates,0.5\n`))
  }
})

test('a safeguard that ended a search ends its replay there, too', () => {
  const { search } = JSON.parse(readFileSync(at('stopping-replayed/metrics.json'), 'utf8')) as {
    search: { stopped: string; steps: number }
  }
  expect(search.stopped).toBe('alarm')
  expect(search.steps).toBeLessThan(19)
})
