import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { Interrupted } from '../../src/base/errors.js'
import { resolveConfig } from '../../src/config/load-config.js'
import type { Json } from '../../src/config/schema-parts.js'
import type { Event } from '../../src/events/types.js'
import { planners, presetNames } from '../../src/registry.js'
import { readCheckpoint } from '../../src/runs/checkpoint-file.js'
import { checkpointOf } from '../../src/runs/checkpoints.js'
import { freezeRun, scheduleText } from '../../src/runs/freeze-run.js'
import { resumeRun, searchRun } from '../../src/runs/search-run.js'
import { rowsOf } from '../../src/schedule/rows.js'
import type { Schedule } from '../../src/schedule/types.js'
import { resolveSchedule } from '../../src/setup/schedule-file.js'
import { searched, tinyMlp as tinyNet, trialOf, vectorData } from '../helpers/trials.js'
import { contentOf, temporaryFolder, tinyCells, tinyMlp } from '../runs/helper.js'

const folder = temporaryFolder()
const at = (name: string) => join(folder, name)

const names = planners.map(({ name }) => name)
const spaces = { mlp: tinyMlp, cells: tinyCells }
const budget = { metric: 'parameters', share: 0.45 }
/** Options with which each acts often, or tries little. */
const options: Record<string, object> = {
  controller: { every: 2 },
  hypergradient: { every: 2 },
  genetic: { population: 3, generations: 2, spend: 8 },
}
const cases = names.flatMap((name) => (['mlp', 'cells'] as const).map((space) => [name, space] as const))

/** A run of a planner that acts often. */
const configOf = (planner: string, space: keyof typeof spaces, more: object = {}) => {
  const { schedule: base, search, ...rest } = spaces[space]
  return resolveConfig({
    ...rest,
    split: { train: 0.5, arch: 0.15, validation: 0.15, test: 0.2 },
    search: { ...search, gates: { travel: 2 } },
    schedule: { planner, base, budget, ...options[planner] },
    ...more,
  })
}

/** What must be the same in a run that is repeated: files, and the checkpoint's arrays as bytes. */
function outcome(run: string) {
  const text = (file: string) => readFileSync(at(`${run}/${file}`), 'utf8')
  const { arrays, lambdas, origin } = readCheckpoint(checkpointOf(at(run)))!
  const hex = (v: Float32Array | Float64Array) =>
    Buffer.from(v.buffer, v.byteOffset, v.byteLength).toString('hex')
  return {
    files: ['schedule.csv', 'architecture.json', 'metrics.json', 'model/weights.bin'].map(text),
    arrays: [...arrays, ...lambdas].map(([name, values]) => [name, hex(values)]),
    origin,
  }
}

/** The rows of a schedule whose λ is above 0, in an order of their own. */
const pressing = (schedule: Schedule): string[] =>
  rowsOf(schedule)
    .filter((row) => row[4] > 0)
    .map((row) => row.join())
    .sort()

describe.each(cases)('the planner %s on %s', (name, space) => {
  const run = `${name}-${space}`

  test('changes λ, and the same seed finds the same', async () => {
    await searchRun({ config: configOf(name, space), out: at(run) })
    await searchRun({ config: configOf(name, space), out: at(`${run}-again`) })
    expect(contentOf(at(`${run}-again`))).toEqual(contentOf(at(run)))
    const { schedule: base } = spaces[space]
    await searchRun({ config: configOf(name, space, { schedule: base }), out: at(`${run}-base`) })
    const csv = (of: string) => readFileSync(at(`${of}/schedule.csv`), 'utf8')
    expect(csv(run)).not.toBe(csv(`${run}-base`))
  })

  test.each([1, 3])('interrupted at look %i and resumed is the same run', async (times) => {
    const out = `${run}-halved-${times}`
    const controller = new AbortController()
    let seen = 0
    const onEvent = (event: Event) => {
      if (event.type === 'gates' && ++seen === times) controller.abort()
    }
    const halved = searchRun({
      config: configOf(name, space),
      out: at(out),
      onEvent,
      signal: controller.signal,
    })
    await expect(halved).rejects.toThrow(Interrupted)
    expect(existsSync(at(`${out}/metrics.json`))).toBe(false)
    await resumeRun(at(out))
    expect(outcome(out)).toEqual(outcome(run))
    expect(contentOf(at(out))).toEqual(contentOf(at(run)))
  })

  test('is frozen into an expert schedule that replays it without the planner', async () => {
    const frozen = freezeRun(at(run))
    expect(frozen.kind).toBe('expert')
    expect(frozen.planner).toBeUndefined()
    writeFileSync(at(`${run}.json`), scheduleText(frozen))
    await searchRun({
      config: configOf(name, space, { schedule: at(`${run}.json`) }),
      out: at(`${run}-replayed`),
    })
    expect(outcome(`${run}-replayed`)).toEqual(outcome(run))
  })

  test('starts from what another run used', async () => {
    const schedule = { planner: name, base: at(`${run}.json`), budget, ...options[name] }
    const config = configOf(name, space, { schedule })
    const { metrics } = await searchRun({ config, out: at(`${run}-further`) })
    expect(metrics.search.stopped).toBe('finished')
  })
})

test.each([1, 3, 6])('the genetic planner, interrupted after try %i, need not try again', async (times) => {
  const [straight, out] = ['genetic-mlp', `genetic-stopped-${times}`]
  const controller = new AbortController()
  const tries = { first: 0, then: 0 }
  const config = configOf('genetic', 'mlp')
  const halved = searchRun({
    config,
    out: at(out),
    signal: controller.signal,
    onEvent(event) {
      if (event.type === 'try' && ++tries.first === times) controller.abort()
    },
  })
  await expect(halved).rejects.toThrow(Interrupted)
  const { tries: kept } = JSON.parse(readFileSync(at(`${out}/checkpoint/tries.json`), 'utf8')) as {
    tries: unknown[]
  }
  expect(kept).toHaveLength(times)
  await resumeRun(at(out))
  expect(outcome(out)).toEqual(outcome(straight))
  const events = (run: string) =>
    readFileSync(at(`${run}/events.jsonl`), 'utf8').replaceAll(/"(stepMs|seconds)":[^,}]+/g, '')
  expect(events(out)).toBe(events(straight))
})

describe.each(names)('the planner %s', (name) => {
  test('starts from every expert preset that fits', async () => {
    // One needs a table of measured times.
    const presets = presetNames().filter((each) => each !== 'fixed-latency')
    for (const base of presets.filter((each) => resolveSchedule(each, '.').kind === 'expert')) {
      const make = (schedule: string | object) =>
        trialOf(vectorData({ train: 24, arch: 12, validation: 12 }), tinyNet(), {
          schedule,
          search: { epochs: 4, gates: { noise: 0.5 }, weights: { learningRate: 0.01 } },
        })
      let plain
      try {
        plain = make(base)
      } catch (error) {
        expect((error as Error).message, base).toMatch(/refused|no (layer|group)/)
        continue
      }
      const { schedule, ...rest } = make({
        planner: name,
        base,
        budget: { metric: 'parameters', share: 0.5 },
        ...options[name],
      })
      const { model, result } = await searched({ ...rest, schedule })
      expect(result.reason, base).toBe('finished')
      expect(schedule.phases, base).toEqual(plain.schedule.phases)
      // Levers alone change nothing of what the base says.
      expect(pressing(schedule), base).toEqual(pressing(plain.schedule))
      model.dispose()
    }
  })
})

test('a document that names no planner of the registry, or none of its options, is refused', () => {
  const base = 'none'
  const of = (document: object) => () => resolveSchedule(document as Record<string, Json>, '.')
  expect(of({ planner: 'controler', base })).toThrow(
    `schedule.planner: unknown planner controler; did you mean "controller"?; planners: ${names.join(', ')}`,
  )
  expect(of({ planner: 'hypergradient', base, evry: 3 })).toThrow(/schedule\.evry: unknown key.*every/)
  expect(of({ planner: 'hypergradient', base, every: 0 })).toThrow(
    'schedule.every: expected integer ≥ 1, got 0',
  )
  expect(of({ planner: 'hypergradient' })).toThrow(/schedule\.base/)
  expect(of({ planner: 'hypergradient', base: { planner: 'hypergradient', base } })).toThrow(
    'schedule.base: expected an expert schedule, got one of the planner hypergradient; name the base of that',
  )
  expect(of({ planner: 'hypergradient', base: 'nne' })).toThrow(/schedule\.base: no preset and no file nne/)
})
