import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { Interrupted } from '../../src/base/errors.js'
import { resolveConfig } from '../../src/config/load-config.js'
import type { Event, EventOf } from '../../src/events/types.js'
import { eventsOf } from '../../src/report/history.js'
import { retrainRun } from '../../src/runs.js'
import { deriveRun } from '../../src/runs/derive-run.js'
import { readEvents } from '../../src/runs/read-run.js'
import { resumeRun, searchRun } from '../../src/runs/search-run.js'
import { stageShards } from '../../src/runs/workers.js'
import { beginModel } from '../../src/search/initial.js'
import { setupTrial } from '../../src/setup/setup-trial.js'
import { temporaryFolder, tinyCells, tinyMlp } from './helper.js'
import { tensorCounter } from '../setup/tensors.js'

const folder = temporaryFolder()
const at = (name: string) => join(folder, name)

/** Progressive shrinking: a shallow search leaves two operations of each choice to a deeper one, which decides. */
const shrinking = {
  ...tinyCells,
  supernet: { ...tinyCells.supernet, options: { ...tinyCells.supernet.options, cells: 2 } },
  stages: [
    {
      supernet: { options: { cells: 1 } },
      search: { epochs: 1, batch: 128, evaluateEvery: 2 },
      carry: { keep: 2 },
    },
  ],
}
const stage = shrinking.stages[0]!
const config = resolveConfig(shrinking)

async function interrupted(out: string, type: Event['type'], times: number): Promise<void> {
  const controller = new AbortController()
  let seen = 0
  const onEvent = (event: Event) => {
    if (event.type === type && ++seen === times) controller.abort()
  }
  await expect(searchRun({ config, out, onEvent, signal: controller.signal })).rejects.toThrow(Interrupted)
}

describe('a search before the last', () => {
  beforeAll(async () => {
    const newTensors = tensorCounter()
    await searchRun({ config, out: at('whole') })
    expect(newTensors()).toBe(0)
  })

  const start = (): EventOf<'start'> => eventsOf(readEvents(at('whole')), 'start')[0]!
  const carried = (): EventOf<'carried'> => eventsOf(readEvents(at('whole')), 'carried')[0]!

  test('leaves each choice the members that it kept, which are all that the last one chooses from', () => {
    const { choices, left } = carried()
    expect(Object.keys(choices).length).toBeGreaterThan(1)
    for (const [group, members] of Object.entries(choices)) {
      expect(members).toHaveLength(2)
      expect(start().groups.find(({ name }) => name === group)!.members).toEqual(members)
    }
    expect(left.operations.left / left.operations.of).toBeCloseTo(2 / 3)
    expect(left.inputs.left).toBe(left.inputs.of)
    // What the smaller supernet did not have stays open.
    const others = start().groups.filter(({ name, kind }) => kind === 'operations' && !(name in choices))
    expect(others.length).toBeGreaterThan(0)
    for (const { members } of others) expect(members).toHaveLength(3)
  })

  test('is told as it goes, and in the report', () => {
    const looks = eventsOf(readEvents(at('whole')), 'earlier')
    expect(looks.at(-1)).toMatchObject({ search: 0, of: 1, step: carried().steps, steps: carried().steps })
    expect(readFileSync(at('whole/report.html'), 'utf8')).toContain('Searches before')
    expect(readFileSync(at('whole/card.md'), 'utf8')).toContain('Searches before this one')
  })

  test('does not open again to a classic rule', async () => {
    const { groups } = await deriveRun(at('whole'), { rule: 'top-2' })
    const { choices } = carried()
    for (const { name, kept, of } of groups)
      if (name in choices) {
        expect(of).toBe(2)
        for (const { member } of kept) expect(choices[name]).toContain(member)
      }
  })

  test('does not take settings while it runs, nor rules', async () => {
    const out = at('changed')
    await interrupted(out, 'earlier', 1)
    await expect(resumeRun(out, { set: ['search.weights.learningRate=0.01'] })).rejects.toThrow(
      'the run is in search 1 of 2',
    )
    await expect(deriveRun(out, { rule: 'top-2' })).rejects.toThrow('the run is in search 1 of 2')
  })
})

describe('what goes over', () => {
  test('is weights, where it is asked for, of the same name and shape', async () => {
    const { search: settings, ...rest } = tinyMlp
    const trial = await setupTrial(
      resolveConfig({ ...rest, search: settings, stages: [{ carry: { weights: true } }] }),
      '.',
    )
    const fresh = beginModel(trial)
    const weights = new Map(
      [...fresh.weights.values()].map(([name, values], i) => [
        name,
        i === 0 ? values.slice(1) : values.map(() => 7),
      ]),
    )
    const begun = beginModel(trial.continued!({ members: {}, weights }))
    const [first, ...others] = [...begun.weights.values()]
    expect(first![1]).toEqual(fresh.weights.values().get(first![0]))
    for (const [, values] of others) expect(new Set(values)).toEqual(new Set([7]))
    fresh.dispose()
    begun.dispose()
  })
})

describe('what is wrong with a stage', () => {
  const faults: [string, object, string][] = [
    ['a setting', { search: { epoch: 3 } }, 'config.stages.0.search.epoch: unknown key'],
    [
      'an option',
      { supernet: { options: { cell: 3 } } },
      'config.stages.0.supernet.options.cell: unknown key',
    ],
    ['a schedule', { schedule: 'nonne' }, 'config.stages.0.schedule'],
    [
      'a schedule’s own key',
      { schedule: { name: 'own', phases: [{ name: 'all', until: 1, gate: 'move' }] } },
      'config.stages.0.schedule.phases.0.gate: unknown key',
    ],
    ['a key', { keep: 2 }, 'config.stages.0.keep: unknown key'],
    ['a number', { carry: { keep: 0 } }, 'config.stages.0.carry.keep: expected integer ≥ 1, got 0'],
  ]
  test.each(faults)('is told by its place before anything runs: %s', async (_, wrong, message) => {
    const asked = async () =>
      setupTrial(resolveConfig({ ...shrinking, stages: [stage, wrong].slice(1) }), '.')
    await expect(asked()).rejects.toThrow(message)
  })
})

test('a stage that diverges says which it was and what to change where', async () => {
  const wild = {
    ...stage,
    search: { ...stage.search, weights: { learningRate: 1e9 }, rollback: { tries: 1 } },
  }
  const { retrain: _, ...rest } = shrinking
  const events: Event[] = []
  const asked = { config: resolveConfig({ ...rest, stages: [wild] }), out: at('wild') }
  await expect(searchRun({ ...asked, onEvent: (event) => events.push(event) })).rejects.toThrow(
    /^search 1 of 2: search diverged: .*lower config\.stages\.0\.search\.weights\.learningRate.*start a new run$/,
  )
  expect(eventsOf(events, 'notice').map(({ event }) => event.type)).toContain('intervention')
  expect(eventsOf(events, 'failed')).toHaveLength(1)
})

test('a retraining knows what the searches before the last left', async () => {
  const { metrics } = await retrainRun({
    run: at('whole'),
    out: at('retrained'),
    configure: (config) => config,
  })
  const first = JSON.parse(readFileSync(at('whole/metrics.json'), 'utf8')) as typeof metrics
  expect(metrics.supernet.parameters).toBe(first.supernet.parameters)
  expect(metrics.test.final).toBe(first.test.final)
})

test('restrictions hold in a stage as far as its supernet has their groups', async () => {
  const { supernet } = shrinking
  const restrict = ['cell0/**', 'cell1/**'].map((group) => ({ group, forbid: ['conv-1x1'] }))
  const asked = { ...shrinking, supernet: { ...supernet, restrict } }
  const trial = await setupTrial(resolveConfig(asked), '.')
  const again = await setupTrial(resolveConfig(JSON.parse(JSON.stringify(trial.written)) as object), '.')
  for (const { supernet: of, written } of [
    trial.stages![0]!.begin(undefined),
    again.stages![0]!.begin(undefined),
  ]) {
    expect(of.groups.flatMap(({ members }) => members.map(({ name }) => name))).not.toContain('conv-1x1')
    expect(written.supernet.restrict).toEqual(restrict)
  }
  const own = [{ ...stage, supernet: { ...stage.supernet, restrict } }]
  await expect(setupTrial(resolveConfig({ ...asked, stages: own }), '.')).rejects.toThrow(
    'config.stages.0.supernet.restrict.1.group: no group matches cell1/**',
  )
})

test('early stopping of a stage is its own, and workers count its shards', async () => {
  const own = { ...stage, search: { ...stage.search, shards: 3, earlyStop: { steps: 3 } } }
  const late = { ...shrinking, search: { ...shrinking.search, earlyStop: { epochs: 2 } }, stages: [own] }
  const trial = await setupTrial(resolveConfig(late), '.')
  expect(trial.stages![0]!.begin(undefined).config.search.earlyStop!.steps).toBe(3)
  expect(stageShards(trial.config)).toMatchObject({ 'stages.0.search': { shards: 3 }, search: { shards: 2 } })
})
