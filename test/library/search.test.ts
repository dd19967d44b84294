import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import {
  fromArrays,
  fromFiles,
  fromRecords,
  rules,
  type Rule,
  Interrupted,
  memoryCheckpoints,
  fileCheckpoints,
  randomSource,
  search,
  resolveConfig,
  type Event,
  type SearchRequest,
} from '../../src/index.js'
import { deriveRun, predictFile, resumeRun, searchRun } from '../../src/runs.js'
import { dartsCell, mlpCell, temporalConv } from '../../src/spaces.js'
import { temporaryFolder } from '../runs/helper.js'

const folder = temporaryFolder()
const at = (name: string) => join(folder, name)

/** y = x0 − x1² and noise; the third input says nothing. */
function made(rows: number, seed = 1): { x: number[][]; y: number[] } {
  const draw = randomSource(seed).stream('made')
  const x = Array.from({ length: rows }, () => [draw.normal(), draw.normal(), draw.normal()])
  return { x, y: x.map(([a, b]) => 10 + 5 * (a! - b! ** 2) + 0.1 * draw.normal()) }
}

const quick: Partial<SearchRequest> = {
  seed: 3,
  search: { steps: 120, batch: 32 },
  retrain: { steps: 150, batch: 32, distillation: { share: 0 } },
  schedule: 'fixed-l1',
}
const small = mlpCell({ blocks: 1, width: 8, hidden: 8 })

describe('a search in memory', () => {
  test('is arrays in and a model out', async () => {
    const { x, y } = made(400)
    const events: Event[] = []
    const { architecture, model, metrics, schedule, report } = await search({
      ...quick,
      space: small,
      data: fromArrays(x, y),
      onEvent: (event) => events.push(event),
    })
    expect(architecture.space).toBe('mlp-cell')
    expect(metrics.derived.parameters).toBeLessThan(metrics.supernet.parameters)
    expect(schedule.steps).toBe(120)
    expect(events.some(({ type }) => type === 'removal')).toBe(true)
    const fresh = made(100, 2)
    const said = model.predict(fresh.x) as number[]
    const error = Math.sqrt(said.reduce((sum, value, i) => sum + (value - fresh.y[i]!) ** 2, 0) / 100)
    expect(model.evaluate(fresh.x, fresh.y)).toBeCloseTo(error, 6)
    expect(model.evaluate(fresh.x, fresh.y, 'r2')).toBeGreaterThan(0.5)
    // Typed arrays say the same.
    const flat = Float64Array.from(fresh.x.flat())
    expect(model.predict({ values: flat, shape: [100, 3] })).toEqual(said)
    expect(model.predict(flat)).toEqual(said)
    expect(await report()).toContain('<!doctype html>')
  })

  test('is bit for bit the run of the command line on the same rows', async () => {
    const data = { source: 'concrete', limit: 300 }
    const settings = { seed: 5, search: { steps: 60 }, retrain: { steps: 40 } }
    const inMemory = await search({ ...settings, space: small, data: fromFiles(data) })
    const config = resolveConfig({
      ...settings,
      data,
      supernet: { space: 'mlp-cell', options: small.options },
    })
    const run = await searchRun({ config, out: at('cli') })
    expect(JSON.parse(JSON.stringify(inMemory.metrics))).toEqual(run.metrics)
    expect(inMemory.architecture).toEqual(run.architecture)
  })

  test('learns classes from records with texts and gaps, and says them by name', async () => {
    const draw = randomSource(4).stream('records')
    const records = Array.from({ length: 240 }, (_, i) => {
      const size = draw.normal()
      const color = ['red', 'green', null][i % 3]
      return {
        size: i % 17 === 0 ? undefined : size,
        color,
        kind: size + (color === 'red' ? 2 : 0) > 0.5 ? 'big' : 'small',
      }
    })
    const data = fromRecords(records, 'kind', { missing: 'indicator' })
    const { model, metrics } = await search({ ...quick, space: small, data, seed: 1 })
    expect(metrics.metric).toBe('accuracy')
    const kinds = records.map(({ kind }) => kind)
    const inputs = records.map(({ size, color }) => ({ color, size }))
    expect(model.predict(inputs).filter((kind, i) => kind === kinds[i]).length).toBeGreaterThan(190)
    expect(model.evaluate(inputs, kinds)).toBeGreaterThan(0.8)
    const [first] = model.probabilities(inputs)
    expect(first!.reduce((sum, p) => sum + p, 0)).toBeCloseTo(1, 6)
    const unseen = [{ size: 1, color: 'blue' }]
    expect(model.predict(unseen)).toHaveLength(1)
    expect(model.statuses(unseen)).toEqual(['new category in color'])
    expect(() => model.predict(unseen, { strict: true })).toThrow(/blue/)
    expect(model.statuses([{ size: 1 }])).toEqual(['missing color'])
    expect(() => model.predict([{ size: 1 }], { strict: true })).toThrow('expected the column "color"')
    expect(() =>
      model.evaluate(
        inputs,
        kinds.map(() => 'huge'),
      ),
    ).toThrow('y[0]: expected one of big, small')
  })

  test.each([
    ['sequences', temporalConv({ layers: 1, channels: 4 }), [20, 2]],
    ['images', dartsCell({ cells: 2, channels: 2, nodes: 1 }), [8, 8, 1]],
  ])('takes %s, flat with their shape', async (_, space, shape) => {
    const draw = randomSource(6).stream('flat')
    const size = shape.reduce((a, b) => a * b, 1)
    const classes = Array.from({ length: 90 }, (_, i) => i % 2)
    const values = Float32Array.from(
      { length: 90 * size },
      (_, i) => draw.normal() + 2 * classes[Math.floor(i / size)]!,
    )
    const data = fromArrays({ values, shape: [90, ...shape] }, classes, { name: 'made' })
    const { model } = await search({
      space,
      data,
      seed: 1,
      schedule: 'none',
      search: { steps: 30, batch: 16 },
      retrain: { steps: 60, batch: 16, distillation: { share: 0 } },
    })
    expect(
      model.predict({ values, shape: [90, ...shape] }).filter((c, i) => c === classes[i]).length,
    ).toBeGreaterThan(80)
  })
})

describe('what is left of a search', () => {
  const { x, y } = made(200)
  const request = { ...quick, space: small, data: fromArrays(x, y) }

  test('is a run’s folder where one is asked for, and its model the same', async () => {
    const { model, metrics } = await search({ ...request, saveTo: at('kept') })
    const alone = await search(request)
    expect(JSON.parse(JSON.stringify(alone.metrics))).toEqual(JSON.parse(JSON.stringify(metrics)))
    expect(alone.model.predict(x)).toEqual(model.predict(x))
    expect(existsSync(at('kept/report.html'))).toBe(true)
    expect(readFileSync(at('kept/config.json'), 'utf8')).toContain('"source": "memory"')
    await expect(resumeRun(at('kept'))).resolves.toMatchObject({ folder: at('kept') })
  })

  test('is a saved model that a file can be predicted with', async () => {
    const named = fromArrays(x, y, { features: ['a', 'b', 'c'] })
    const { model } = await search({ ...request, data: named })
    const { relativeError } = await model.save(at('model'))
    expect(relativeError).toBeLessThan(1e-4)
    writeFileSync(at('new.csv'), ['a,b,c', ...x.slice(0, 5).map((row) => row.join())].join('\n'))
    const { values } = await predictFile(at('model'), at('new.csv'))
    const said = model.predict(x.slice(0, 5)) as number[]
    values.flat().forEach((value, i) => expect(value).toBeCloseTo(said[i]!, 3))
  })

  test.each([
    ['memory', memoryCheckpoints],
    ['files', () => fileCheckpoints(at('checkpoints'))],
  ])('is a state to go on from, where it was stopped: in %s', async (_, storeOf) => {
    const checkpoints = storeOf()
    const stop = new AbortController()
    const stopping = search({
      ...request,
      checkpoints,
      signal: stop.signal,
      onEvent: (event) => event.type === 'evaluation' && event.step > 40 && stop.abort(),
    })
    await expect(stopping).rejects.toThrow(Interrupted)
    expect(checkpoints.last()!.checkpoint.step).toBeGreaterThan(40)
    const again = await search({ ...request, checkpoints })
    const whole = await search(request)
    expect(again.metrics).toEqual(whole.metrics)
    const told = ({ events }: typeof whole) => events.map((event) => ({ ...event, stepMs: 0, seconds: 0 }))
    expect(told(again)).toEqual(told(whole))
  })
})

test('a run by a rule of one’s own is derived with it', async () => {
  const { x, y } = made(120)
  const own: Rule = { ...rules[0]!, name: 'own' }
  const data = fromArrays(x, y)
  const schedule = { name: 'mine', phases: [{ name: 'all', until: 1 }], prune: { rule: 'own' } }
  const request = { ...quick, space: small, data, schedule, rules: [own], saveTo: at('own-rule') }
  const { architecture } = await search(request)
  const given = data.given!
  const groups = (found: typeof architecture) =>
    found.groups.map(({ name, kept }) => [name, kept.map((k) => k.member)])
  expect(groups(await deriveRun(at('own-rule'), { rule: own, rules: [own], given }))).toEqual(
    groups(architecture),
  )
  await expect(deriveRun(at('own-rule'), { rule: 'top-2', given })).rejects.toThrow('unknown rule own')
})

describe('a model', () => {
  const { x } = made(150)

  test('refuses targets that are none, and holds a few rows alone', async () => {
    const { y } = made(150)
    const { model } = await search({
      ...quick,
      space: small,
      data: fromArrays(
        x,
        y.map((v) => [v, -v]),
      ),
    })
    expect(() => model.evaluate(x.slice(0, 2), [null, null])).toThrow(
      'y[0]: expected 2 values (target0, target1), got 1',
    )
    expect(() => model.evaluate(x.slice(0, 1), [[1, null]])).toThrow('y[0]: expected a number, got nothing')
    const infinite = [[Infinity, 1, 2]]
    expect(model.predict(infinite)).toEqual([[NaN, NaN]])
    expect(() => model.predict(infinite, { strict: true })).toThrow('expected a number below 3.4e38 in size')
    expect(model.predict(x.slice(0, 2))).toHaveLength(2)
  })

  test('of images takes a table of as many columns, and no other', async () => {
    const size = 64
    const classes = Array.from({ length: 90 }, (_, i) => i % 2)
    const values = Uint8Array.from(
      { length: 90 * size },
      (_, i) => 100 * classes[Math.floor(i / size)]! + (i % 7),
    )
    const { model } = await search({
      space: dartsCell({ cells: 2, channels: 2, nodes: 1 }),
      seed: 1,
      schedule: 'none',
      search: { steps: 20, batch: 16 },
      retrain: { steps: 40, batch: 16, distillation: { share: 0 } },
      data: fromArrays({ values, shape: [90, 8, 8, 1] }, classes),
    })
    await model.save(at('images'))
    const columns = Array.from({ length: size }, (_, i) => `p${i}`)
    const lines = [0, 1].map((row) => [...values.subarray(row * size, (row + 1) * size)].join())
    writeFileSync(at('images.csv'), [columns.join(), ...lines].join('\n'))
    const { values: said } = await predictFile(at('images'), at('images.csv'))
    const wanted = model.probabilities({ values: values.subarray(0, 2 * size), shape: [2, 8, 8, 1] })
    said.flat().forEach((p, i) => expect(p).toBeCloseTo(wanted.flat()[i]!, 4))
    expect(() => model.predict([{ a: 1 }])).toThrow(
      'x: expected arrays of shape [8, 8, 1], or 64 columns of numbers',
    )
  })
})

test('searches of one process are on one backend', async () => {
  const { x, y } = made(60)
  const request = {
    ...quick,
    space: small,
    data: fromArrays(x, y),
    search: { steps: 10 },
    retrain: { steps: 5 },
  }
  const first = search(request)
  await expect(search({ ...request, backend: 'cpu' })).rejects.toThrow('backend: expected wasm')
  await expect(first).resolves.toBeDefined()
})

test.each([
  [{ space: mlpCell as never }, 'space: expected a name, or a space with its options'],
  [{ data: Promise.resolve() as never }, 'data: expected what fromArrays'],
  [{ workers: 0 }, 'workers: expected integer ≥ 1, got 0'],
])('a request that cannot be is refused: %#', async (odd, message) => {
  const { x, y } = made(60)
  await expect(search({ ...quick, space: small, data: fromArrays(x, y), ...odd })).rejects.toThrow(message)
})
