import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { readCheckpoint, writeCheckpoint } from '../../src/runs/checkpoint-file.js'
import { rowsOf } from '../../src/schedule/rows.js'
import type { ScheduleSource } from '../../src/schedule/source.js'
import { rowAt } from '../../src/schedule/table.js'
import type { Schedule } from '../../src/schedule/types.js'
import { searchArchitecture } from '../../src/search/search.js'
import type { Checkpoint, SearchContext } from '../../src/search/state.js'
import type { Trial } from '../../src/trial/types.js'
import {
  bytesOf,
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

const trial = (schedule: Settings['schedule']): Trial =>
  trialOf(imageData(), tinyCells(), {
    schedule,
    search: { epochs: 4, batch: 8, inspectEvery: 2, gates: { travel: 20 } },
  })
const document = onePhase(
  [
    { term: 'l2', part: 'weights', lambda: 0.001 },
    { term: 'l1', part: 'gates', lambda: 0.3 },
  ],
  { prune: { from: 0.25, until: 0.75 } },
)

/** A planner: every third iteration it presses a layer the harder the less its largest gates stand out. */
function planner(schedule: Schedule): ScheduleSource & { asked: number[] } {
  let factors = schedule.columns.map(() => 1)
  const asked: number[] = []
  return {
    asked,
    at(t, observed) {
      asked.push(t)
      if (t % 3 === 0) {
        const gates = observed.gateValues()
        factors = schedule.columns.map(({ layer, part }, i) => {
          const own = observed.supernet.groups.filter((group) => group.layer === layer)
          const peaks = own.map(({ name }) => Math.max(...Object.values(gates[name]!)))
          return part === 'gates' && peaks.length > 0 ? (factors[i]! * 1.1) / Math.max(...peaks) : factors[i]!
        })
      }
      const row = rowAt(schedule, t)
      return { ...row, columns: row.columns.map((lambda, i) => lambda * factors[i]!) }
    },
    state: () => factors,
    restore(state) {
      factors = state as number[]
    },
  }
}

async function search(made: Trial, changed: Partial<SearchContext>, from?: Checkpoint, stopAt = Infinity) {
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

it('a planner is asked once an iteration, and what it says acts and is recorded', async () => {
  const made = trial(document)
  const source = planner(made.schedule)
  const planned = await search(made, { source })
  const plain = await search(made, {})
  expect(source.asked).toEqual(Array.from({ length: made.schedule.steps }, (_, t) => t))
  expect(rowsOf(plain.result.used)).toEqual(rowsOf(made.schedule))
  expect(bytesOf(planned.model)).not.toEqual(bytesOf(plain.model))
  const pressed = planned.result.used.columns.filter(({ part }) => part === 'gates')
  expect(new Set(pressed.map(({ segments }) => segments[0]!.value)).size).toBeGreaterThan(1)
  expect(pressed[0]!.segments.slice(0, 3).map(({ from }) => from)).toEqual([0, 3, 6])
  planned.model.dispose()
  plain.model.dispose()
})

it.each([3, 4, 8])(
  'goes on after iteration %i with the planner’s state, to the same bytes and record',
  async (stopAt) => {
    const made = trial(document)
    const straight = await search(made, { source: planner(made.schedule) })
    const halved = await search(made, { source: planner(made.schedule) }, undefined, stopAt)
    expect(halved.result.reason).toBe('interrupted')
    const folder = mkdtempSync(join(tmpdir(), 'sentei-source-'))
    writeCheckpoint(folder, halved.checkpoints.at(-1)!)
    const resumed = await search(made, { source: planner(made.schedule) }, readCheckpoint(folder))
    rmSync(folder, { recursive: true })
    expectSameBytes(straight.model, resumed.model)
    expect(rowsOf(resumed.result.used)).toEqual(rowsOf(straight.result.used))
    for (const { model } of [straight, halved, resumed]) model.dispose()
  },
)

it('what a planner did is replayed from its table and removals, without it', async () => {
  const made = trial(document)
  const planned = await search(made, { source: planner(made.schedule) })
  const phases = [{ name: 'all', until: 1 }]
  const { schedule } = trial({ ...document, phases, table: rowsOf(planned.result.used) })
  const removals = eventsOf(planned.events, 'removal')
  const { initial } = planned.checkpoints[0]!.origin
  const replayed = await search(made, { schedule: { ...schedule, replay: { initial, removals } } })
  expectSameBytes(planned.model, replayed.model)
  expect(eventsOf(replayed.events, 'removal')).toEqual(removals)
  expect(removals.length).toBeGreaterThan(0)
  expect(replayed.result.jumps).toBe(planned.result.jumps)
  planned.model.dispose()
  replayed.model.dispose()
})
