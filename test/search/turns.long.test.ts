import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { readCheckpoint, writeCheckpoint } from '../../src/runs/checkpoint-file.js'
import { rowsOf } from '../../src/schedule/rows.js'
import { searchArchitecture } from '../../src/search/search.js'
import type { Checkpoint, SearchContext } from '../../src/search/state.js'
import type { Trial } from '../../src/trial/types.js'
import {
  contextOf,
  eventsOf,
  expectSameBytes,
  imageData,
  modelOf,
  onePhase,
  tinyCells,
  trialOf,
  type Settings,
} from '../helpers/trials.js'
import '../setup/shared.js'

const trial = (schedule: Settings['schedule'], search: object = {}): Trial =>
  trialOf(imageData(), tinyCells({ inputs: 2 }), {
    schedule,
    search: { epochs: 8, batch: 8, inspectEvery: 2, ...search },
  })
const document = onePhase(
  [
    { term: 'l2', part: 'gates', of: 'choices', lambda: 3 },
    {
      term: 'l1',
      part: 'gates',
      of: 'choices',
      lambda: { curve: 'linear', from: 20, to: 60 },
      stagger: { order: 'clearest-first', share: 0.6 },
    },
  ],
  { prune: { from: 0.1, until: 0.9 } },
)

async function search(
  made: Trial,
  changed: Partial<SearchContext> = {},
  from?: Checkpoint,
  stopAt = Infinity,
) {
  const model = modelOf(made)
  const abort = new AbortController()
  const { context, events, checkpoints } = contextOf(made, abort.signal)
  const emit: SearchContext['emit'] = (event) => {
    if (event.type === 'gates' && event.step >= stopAt) abort.abort()
    context.emit(event)
  }
  const result = await searchArchitecture(model, made.data, { ...context, emit, ...changed }, from)
  return { model, events, checkpoints, result }
}

it('choices are pressed one after another, and the λ that each got is recorded', async () => {
  const { model, checkpoints, result } = await search(trial(document))
  const turns = checkpoints.at(-1)!.progress.turns[0]!
  const order = turns.map(({ group }) => group)
  expect([...order].sort()).toEqual(model.origin.groups.map(({ name }) => name).sort())
  const starts = order.map((group) => {
    const own = result.used.columns.filter(
      ({ term, select }) => term === 'l1' && select!.groups![0] === group,
    )
    return Math.min(...own.flatMap(({ segments }) => segments.find(({ value }) => value > 0)?.from ?? []))
  })
  expect(starts).toEqual([...starts].sort((a, b) => a - b))
  expect(new Set(starts).size).toBeGreaterThan(5)
  expect(starts[0]).toBeGreaterThan(0)
  for (const { group, spared } of turns) {
    const kept = model.supernet.groups.find(({ name }) => name === group)
    if (spared !== null && kept) expect(kept.members.map(({ name }) => name)).toEqual([spared])
  }
  expect(turns.filter(({ spared }) => spared !== null).length).toBeGreaterThan(5)
  model.dispose()
})

it.each([4, 9, 15])('goes on after iteration %i to the same bytes, turns and record', async (stopAt) => {
  const made = trial(document)
  const straight = await search(made)
  const halved = await search(made, {}, undefined, stopAt)
  expect(halved.result.reason).toBe('interrupted')
  const folder = mkdtempSync(join(tmpdir(), 'sentei-turns-'))
  writeCheckpoint(folder, halved.checkpoints.at(-1)!)
  const resumed = await search(made, {}, readCheckpoint(folder))
  rmSync(folder, { recursive: true })
  expectSameBytes(straight.model, resumed.model)
  expect(rowsOf(resumed.result.used)).toEqual(rowsOf(straight.result.used))
  expect(resumed.checkpoints.at(-1)!.progress.turns).toEqual(straight.checkpoints.at(-1)!.progress.turns)
  for (const { model } of [straight, halved, resumed]) model.dispose()
})

it('is replayed from its table and removals, without turns', async () => {
  const made = trial(document)
  const run = await search(made)
  const phases = [{ name: 'all', until: 1 }]
  const { schedule } = trial({ ...document, phases, table: rowsOf(run.result.used) })
  expect(schedule.turns).toEqual([])
  const removals = eventsOf(run.events, 'removal')
  const { initial } = run.checkpoints[0]!.origin
  const replayed = await search(made, { schedule: { ...schedule, replay: { initial, removals } } })
  expectSameBytes(run.model, replayed.model)
  expect(removals.length).toBeGreaterThan(0)
  run.model.dispose()
  replayed.model.dispose()
})
