import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { useBackend } from '../../src/backend/index.js'
import { resolveConfig } from '../../src/config/load-config.js'
import { Interrupted } from '../../src/derive/retrain-stage.js'
import { evaluationsOf } from '../../src/report/history.js'
import { readEvents } from '../../src/report/read-run.js'
import { withoutVoid } from '../../src/report/standing.js'
import type { FinishedRun } from '../../src/runs/run-folder.js'
import { resumeRun, searchRun } from '../../src/runs/search-run.js'
import { setupTrial } from '../../src/runs/setup.js'
import type { Event } from '../../src/search/events.js'
import { program } from '../cli/helper.js'
import { contentOf, temporaryFolder, tinyMlp } from './helper.js'

const folder = temporaryFolder()
const at = (name: string) => join(folder, name)
const retrain = { ...tinyMlp.retrain, gates: 'drop', epochs: 4 }
const config = resolveConfig({ ...tinyMlp, retrain, criteria: [], budget: { tolerance: 0.3 } })
let run: FinishedRun

beforeAll(async () => {
  await useBackend('wasm')
  run = await searchRun({ config, out: at('run') })
})

describe('a run under a tolerance', () => {
  test('says what it retrained and kept: in metrics, card, report and on the terminal', async () => {
    const { attempts, kept, within } = run.metrics.tolerated!
    expect(attempts.length).toBeGreaterThan(1)
    expect(within).toBe(true)
    const [card, page] = ['card.md', 'report.html'].map((file) => readFileSync(at(`run/${file}`), 'utf8'))
    const { printed } = await program('resume', at('run'))
    for (const text of [card, page, printed]) {
      expect(text).toContain('smallest size found within 30 % of the unpruned supernet')
      expect(text!.match(/ allowed, kept/g)).toHaveLength(1)
      for (const { size } of attempts)
        expect(text).toContain(size === null ? 'end of search' : `size ${size}`)
    }
    expect(kept === null || run.metrics.menu!.some(({ size }) => size === kept)).toBe(true)
  })

  test('shows the retraining of the size that was kept', () => {
    const { attempts, kept } = run.metrics.tolerated!
    const shown = evaluationsOf(readEvents(at('run')), 'retrain')
    const best = shown.map(({ validation }) => validation!)
    expect(shown).toHaveLength(4)
    expect(Math.min(...best)).toBe(attempts.find(({ size }) => size === kept)!.validation)
  })

  test('writes the same when it was interrupted while it retrained, and resumed', async () => {
    const controller = new AbortController()
    let retrained = 0
    const stopped = searchRun({
      config,
      out: at('resumed'),
      signal: controller.signal,
      onEvent: ({ type }) => {
        if (type === 'attempt' && (retrained += 1) === 2) controller.abort()
      },
    })
    await expect(stopped).rejects.toThrow(Interrupted)
    await resumeRun(at('resumed'))
    expect(contentOf(at('resumed'))).toEqual(contentOf(at('run')))
  })
})

describe('auto', () => {
  const budgetOf = async (more: object) => {
    const trial = await setupTrial(resolveConfig({ ...tinyMlp, schedule: 'auto', ...more }), '.')
    return trial.schedule.budget
  }

  test('has a tolerance of 1 % where all of something may stay, and no other budget is given', async () => {
    expect(await budgetOf({})).toMatchObject({ metric: 'parameters', tolerance: 0.01 })
    expect(await budgetOf({ budget: { share: 0.5 } })).not.toHaveProperty('tolerance')
    expect(await budgetOf({ retrain: { from: 'inherited' } })).toBeUndefined()
    expect(await budgetOf({ relaxation: 'softmax' })).toBeUndefined()
    expect(
      await budgetOf({
        data: { source: 'digits' },
        supernet: { space: 'nas-bench-201', options: { cells: 1 } },
      }),
    ).toBeUndefined()
  })

  test('combines with a limit, and both are kept in the run', async () => {
    const both = await budgetOf({ budget: { share: 0.5, tolerance: 0.02 } })
    expect(both).toMatchObject({ tolerance: 0.02, limit: 0.5 * both!.whole })
    expect(both!.menu![0]).toMatchObject({ size: 0.5, limit: both!.limit })
  })

  test.each([
    [
      { retrain: { from: 'inherited' } },
      'config.retrain.from: inherited weights are those of what the search',
    ],
    [
      { split: { train: 0.8, arch: 0, validation: 0, test: 0.2 } },
      'config.budget.tolerance: errors are compared',
    ],
    [{ budget: { tolerance: 0.01, menu: [0.5] } }, 'schedule.budget.menu: under a tolerance sizes are kept'],
    [{ budget: { tolerance: 1 } }, 'config.budget.tolerance: expected number ≥ 0 and < 1, got 1'],
  ])('a tolerance with %j is refused', async (more, message) => {
    const made = async () => budgetOf({ budget: { tolerance: 0.01 }, ...more })
    await expect(made()).rejects.toThrow(message)
  })
})

describe('the events that stand', () => {
  const evaluation = (step: number, validation: number) =>
    ({ type: 'evaluation', stage: 'retrain', step, validation }) as unknown as Event
  const attempt = (size: number): Event => ({ type: 'attempt', size, cost: 1 })
  const back: Event = {
    type: 'intervention',
    stage: 'retrain',
    step: 0,
    what: 'retrain.weights.learningRate',
    from: 1,
    to: 0.5,
    by: 'roll-back',
  }

  test('are those of the retraining that was kept, roll-backs of others aside', () => {
    const events = [
      attempt(0.5),
      evaluation(1, 10),
      evaluation(2, 11),
      attempt(0.2),
      evaluation(1, 20),
      back,
      evaluation(1, 21),
    ]
    const values = (all: readonly Event[]) =>
      evaluationsOf(withoutVoid(all), 'retrain').map(({ validation }) => validation)
    expect(values(events)).toEqual([21])
    expect(values([...events, { type: 'kept', size: 0.5 }])).toEqual([10, 11])
    expect(values([...events, { type: 'kept', size: 0.2 }])).toEqual([21])
  })
})
