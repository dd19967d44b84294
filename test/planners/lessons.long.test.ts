import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { Interrupted } from '../../src/base/errors.js'
import { resolveConfig } from '../../src/config/load-config.js'
import { type Lesson } from '../../src/planners/lessons.js'
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

describe.each(['genetic', 'controller'])('the planner %s with a store', (name) => {
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
