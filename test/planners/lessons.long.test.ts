import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { Interrupted } from '../../src/base/errors.js'
import { resolveConfig } from '../../src/config/load-config.js'
import { chooseLessons, distance, type Lesson, type Traits } from '../../src/planners/lessons.js'
import { resumeRun, searchRun } from '../../src/runs/search-run.js'
import { contentOf, temporaryFolder, tinyMlp } from '../runs/helper.js'
import '../setup/shared.js'

const folder = temporaryFolder()
const at = (name: string) => join(folder, name)

const { schedule: base, search, ...rest } = tinyMlp
const options: Record<string, object> = {
  genetic: { population: 4, generations: 1 },
  controller: { every: 1, budget: { metric: 'parameters', share: 0.45 } },
}
const configOf = (planner: string, seed: number, store?: string) =>
  resolveConfig({
    ...rest,
    seed,
    search: { ...search, gates: { travel: 1 } },
    schedule: { planner, base, ...options[planner], ...(store !== undefined && { store: at(store) }) },
  })
const json = (path: string) => JSON.parse(readFileSync(at(path), 'utf8')) as never
const lessonsIn = (store: string): Lesson[] =>
  readdirSync(at(store)).map((file) => {
    const { sha256: _, ...lesson } = json(`${store}/${file}`) as Lesson & { sha256: string }
    return lesson
  })
const taken = (run: string) =>
  (json(`${run}/config.json`) as { schedule: { planner: { lessons?: Lesson[] } } }).schedule.planner.lessons

describe('which lessons', () => {
  const traits: Traits = { space: 's', task: 'regression', data: 'here', base: 'b', sizes: [1000, 8, 1] }
  const lesson = (run: string, loss: number, changed: Partial<Traits>): Lesson => ({
    run,
    planner: 'p',
    loss,
    found: run,
    traits: { ...traits, ...changed },
  })

  test('are alike by ratios of sizes, and only in one space, task and base', () => {
    expect(distance(traits, { ...traits, sizes: [2000, 4, 1] })).toBeCloseTo(2 * Math.log(2))
    for (const other of [{ space: 't' }, { task: 'classification' as const }, { base: 'c' }])
      expect(distance(traits, { ...traits, ...other })).toBe(Infinity)
  })

  test('count: the best of each data set, the most similar first', () => {
    const all = [
      lesson('far', 1, { data: 'far', sizes: [9000, 8, 1] }),
      lesson('near', 9, { data: 'near', sizes: [1100, 8, 1] }),
      lesson('worse', 3, {}),
      lesson('better', 2, {}),
      lesson('other', 0, { data: 'other', space: 't' }),
    ]
    expect(chooseLessons(all, traits, 3).map(({ run }) => run)).toEqual(['better', 'near', 'far'])
    expect(chooseLessons(all, traits, 1).map(({ run }) => run)).toEqual(['better'])
  })
})

describe.each(['genetic', 'controller'])('the planner %s with a store', (name) => {
  test('keeps what it found, and starts the next run from it', async () => {
    await searchRun({ config: configOf(name, 1, `${name}-store`), out: at(`${name}-1`) })
    const [first] = lessonsIn(`${name}-store`)
    expect(first).toMatchObject({ run: `${name}-1`, planner: name })
    expect((first!.found as number[]).length).toBeGreaterThan(2)
    expect(taken(`${name}-1`)).toEqual([])
    await searchRun({ config: configOf(name, 2, `${name}-store`), out: at(`${name}-2`) })
    expect(taken(`${name}-2`)).toEqual([first])
    expect(lessonsIn(`${name}-store`)).toHaveLength(2)
    expect(readFileSync(at(`${name}-2/card.md`), 'utf8')).toContain(
      `λ was found by the planner \`${name}\`; past runs that it started from: \`${name}-1\`.`,
    )
    expect(readFileSync(at(`${name}-2/events.jsonl`), 'utf8')).toContain(
      `{"type":"lessons","planner":"${name}","runs":["${name}-1"]}`,
    )
    if (name !== 'genetic') return
    const { tries } = json(`${name}-2/checkpoint/tries.json`) as { tries: { genome: number[] }[] }
    expect(tries[1]!.genome).toEqual(first!.found)
  })

  test('goes another way for it, and without a store keeps nothing', async () => {
    await searchRun({ config: configOf(name, 2), out: at(`${name}-without`) })
    expect(taken(`${name}-without`)).toBeUndefined()
    expect(readFileSync(at(`${name}-without/card.md`), 'utf8')).not.toContain('past runs')
    const csv = (run: string) => readFileSync(at(`${run}/schedule.csv`), 'utf8')
    expect(csv(`${name}-2`)).not.toBe(csv(`${name}-without`))
  })

  test('resumed, takes what it took, whatever the store holds by then', async () => {
    const out = `${name}-stopped`
    const controller = new AbortController()
    const config = configOf(name, 3, `${name}-store`)
    const halved = searchRun({
      config,
      out: at(out),
      signal: controller.signal,
      onEvent: ({ type }) => type === 'gates' && controller.abort(),
    })
    await expect(halved).rejects.toThrow(Interrupted)
    await searchRun({ config, out: at(`${name}-straight`) })
    expect(existsSync(at(`${out}/metrics.json`))).toBe(false)
    expect(lessonsIn(`${name}-store`)).toHaveLength(3)
    await resumeRun(at(out))
    expect(contentOf(at(out))).toEqual(contentOf(at(`${name}-straight`)))
    const told = readFileSync(at(`${out}/events.jsonl`), 'utf8').split('"type":"lessons"')
    expect(told).toHaveLength(2)
  })
})

test('the hypergradient has nothing to keep, and says so', async () => {
  const schedule = { planner: 'hypergradient', base, store: at('none') }
  const config = resolveConfig({
    ...rest,
    split: { train: 0.5, arch: 0.2, validation: 0.15, test: 0.15 },
    schedule,
  })
  await expect(searchRun({ config, out: at('none-run') })).rejects.toThrow(
    'schedule.planner.store: the planner hypergradient learns nothing from past runs; remove it',
  )
})
