import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { Interrupted } from '../../src/base/errors.js'
import { resolveConfig } from '../../src/config/load-config.js'
import { explain } from '../../src/report/explain.js'
import { evaluationsOf, startOf } from '../../src/report/history.js'
import { withoutVoid } from '../../src/report/standing.js'
import { readEvents, readRun } from '../../src/runs/read-run.js'
import { retrainRun } from '../../src/runs/retrain-run.js'
import type { FinishedRun } from '../../src/runs/run-folder.js'
import { resumeRun, searchRun } from '../../src/runs/search-run.js'
import { program } from '../cli/helper.js'
import { contentOf, temporaryFolder, tinyMlp } from './helper.js'
import '../setup/shared.js'

const folder = temporaryFolder()
const at = (name: string) => join(folder, name)
const retrain = { ...tinyMlp.retrain, gates: 'drop', epochs: 4 }
const config = resolveConfig({ ...tinyMlp, retrain, criteria: [], budget: { tolerance: 0.3 } })
/** Units, a choice of activations, and paths that may all stay. */
const paths = {
  supernet: { space: 'mlp-cell', options: { width: 8, blocks: 1, hidden: 32 } },
  schedule: {
    name: 'press-paths',
    phases: [
      {
        name: 'press',
        until: 0.8,
        terms: [{ term: 'l1', part: 'gates', of: 'widths', lambda: { curve: 'linear', from: 0, to: 40 } }],
      },
      { name: 'relax', until: 1, gates: 'hold' },
    ],
    prune: { from: 0.2, until: 0.8 },
  },
  search: { epochs: 15, batch: 64, weights: { optimizer: 'adam', learningRate: 0.01 } },
  // Long enough for small networks to be worse.
  retrain: { epochs: 30, batch: 64, gates: 'drop', weights: { optimizer: 'adam', learningRate: 0.01 } },
}
let run: FinishedRun

beforeAll(async () => {
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
      expect(text!.match(/ allowed; kept/g)).toHaveLength(1)
      for (const { size } of attempts)
        expect(text).toContain(size === null ? 'the end of the search' : `size ${size}`)
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

describe('a run under a tolerance against the best size', () => {
  const best = resolveConfig({
    ...tinyMlp,
    retrain,
    criteria: [],
    budget: { share: 0.9, tolerance: 0.3, against: 'best' },
  })

  test('says which sizes it retrained and what they were held against', async () => {
    const { metrics } = await searchRun({ config: best, out: at('best') })
    const { attempts, kept, against } = metrics.tolerated!
    expect(against).toBe('best')
    const passed = metrics.menu!.filter(({ size }) => attempts.some((each) => each.size === size))
    expect(attempts.length - passed.length).toBeLessThanOrEqual(1)
    expect(Math.min(...attempts.map(({ worse }) => worse!))).toBe(0)
    const { printed } = await program('resume', at('best'))
    const [card, page] = ['card.md', 'report.html'].map((file) => readFileSync(at(`best/${file}`), 'utf8'))
    for (const text of [card, page, printed]) {
      expect(text).toContain('smallest size found within 30 % of the best size')
      expect(text).not.toContain('of the unpruned supernet')
      expect(text!.match(/ allowed; kept/g)).toHaveLength(1)
    }
    const shown = evaluationsOf(readEvents(at('best')), 'retrain').map(({ validation }) => validation!)
    expect(Math.min(...shown)).toBe(attempts.find(({ size }) => size === kept)!.validation)
  })

  test('writes the same when it was interrupted while it retrained, and resumed', async () => {
    const controller = new AbortController()
    let retrained = 0
    const stopped = searchRun({
      config: best,
      out: at('best-resumed'),
      signal: controller.signal,
      onEvent: ({ type }) => {
        if (type === 'attempt' && (retrained += 1) === 2) controller.abort()
      },
    })
    await expect(stopped).rejects.toThrow(Interrupted)
    await resumeRun(at('best-resumed'))
    expect(contentOf(at('best-resumed'))).toEqual(contentOf(at('best')))
  })
})

describe('a run of which no size is within the tolerance', () => {
  test('is the unpruned supernet, and says so; retrained it is that again', async () => {
    // A search of nothing but pressure ends at the floor.
    const harsh = {
      ...paths.schedule,
      phases: [{ name: 'press', until: 1, terms: [{ term: 'l1', part: 'gates', lambda: 200 }] }],
    }
    const { search, retrain } = paths
    const made = resolveConfig({
      ...tinyMlp,
      schedule: harsh,
      search,
      retrain,
      criteria: [],
      budget: { tolerance: 0 },
    })
    const { metrics, architecture } = await searchRun({ config: made, out: at('whole') })
    expect(metrics.tolerated).toMatchObject({ kept: 1, within: true })
    expect(metrics.removed!.members).toBe(0)
    expect(metrics.derived.parameters).toBe(metrics.baseline!.parameters)
    expect(metrics.test.final).toBe(metrics.baseline!.test)
    const { printed } = await program('resume', at('whole'))
    const [card, page] = ['card.md', 'report.html'].map((file) =>
      readFileSync(at(`whole/${file}`), 'utf8').replace(/\s+/g, ' '),
    )
    for (const text of [printed, card, page]) expect(text).toContain('the unpruned supernet was kept')
    expect(page).toContain('No smaller size was within the tolerance, so the result is the whole supernet')
    const run = readRun(at('whole'))
    const group = startOf(run.events)!.groups[0]!
    const explained = explain(run, group.name)
    expect(explained.size).toEqual({ size: 1, step: null })
    expect(explained.members.every(({ fate }) => fate === 'kept')).toBe(true)
    const told = await program('explain', at('whole'), group.name)
    expect(told.printed).toContain('the result is the whole supernet, after its choices')
    expect(evaluationsOf(withoutVoid(run.events), 'retrain')).toEqual([])
    const again = await retrainRun({ run: at('whole'), out: at('whole-again') })
    expect(again.architecture).toEqual(architecture)
    expect(again.metrics.test.final).toBe(metrics.test.final)
  })
})

describe('a run of a space with choices, of which no size is within the tolerance', () => {
  test('retrains all that may stay, and says what was chosen', async () => {
    // Taught so much, that no smaller one comes up to the supernet.
    const retrain = { ...paths.retrain, distillation: { share: 0.9 } }
    const made = resolveConfig({ ...tinyMlp, ...paths, retrain, criteria: [], budget: { tolerance: 0 } })
    const { metrics, architecture } = await searchRun({ config: made, out: at('chooses') })
    expect(metrics.tolerated!.kept).toBe(1)
    expect(metrics.tolerated!.attempts.at(-1)!.size).toBe(1)
    const counts = architecture.groups.map(({ name, kept, of }) => [name, kept.length, of])
    expect(counts).toEqual([
      ['block0/activation', 1, 3],
      ['block0/units', 32, 32],
      ['block0/paths', 2, 2],
    ])
    const { printed } = await program('resume', at('chooses'))
    expect(printed).toMatch(/size 1: [\d,]+ parameters, error .* allowed; kept$/m)
    const told = await program('explain', at('chooses'), 'block0/activation')
    expect(told.printed).toContain('not in the size that was kept')
    const card = readFileSync(at('chooses/card.md'), 'utf8')
    expect(card).not.toContain('the unpruned supernet was kept')
  })
})

describe('a run whose result is a size that it passed', () => {
  const name = 'passed'
  let kept: number
  beforeAll(async () => {
    const { metrics } = await searchRun({
      config: resolveConfig({ ...tinyMlp, ...paths, criteria: [], budget: { tolerance: 0.1 } }),
      out: at(name),
    })
    kept = metrics.tolerated!.kept!
    expect(kept).not.toBeNull()
    expect(metrics.budget!.cost).toBeGreaterThan(metrics.menu!.at(-1)!.cost)
  })

  test('is explained as it was then', async () => {
    const run = readRun(at(name))
    for (const group of startOf(run.events)!.groups) {
      const { members, size } = explain(run, group.name)
      const own = run.architecture!.groups.find((each) => each.name === group.name)
      expect(size!.size).toBe(kept)
      expect(members.filter(({ fate }) => fate === 'kept').map(({ member }) => member)).toEqual(
        (own?.kept ?? []).map(({ member }) => member),
      )
    }
    const { step } = run.metrics!.menu!.find(({ size }) => size === kept)!
    const { printed } = await program('explain', at(name), 'block0')
    expect(printed).toContain(`the result has size ${kept}, which the search reached at iteration ${step}`)
    expect(printed).toContain('not in the size that was kept: other members of its group ranked higher')
    const page = readFileSync(at(`${name}/report.html`), 'utf8').replace(/\s+/g, ' ')
    expect(page).toContain(
      `The result has size ${kept}, which the search reached at iteration ${step}. Members removed later`,
    )
  })

  test('says of no limit that it was met, and of no size that it was not retrained', async () => {
    const card = readFileSync(at(`${name}/card.md`), 'utf8')
    expect(card).toMatch(/Budget, in parameters [^:]*: [\d,]+ of [\d,]+, without a limit;/)
    expect(card).toContain('in `menu/`; those under Tolerance were retrained.')
    const { printed } = await program('resume', at(name))
    expect(printed).toMatch(/^budget {3}parameters: [\d,]+ of [\d,]+, without a limit$/m)
  })

  test('is retrained without its menu, and another of its sizes without its verdict', async () => {
    const again = await retrainRun({ run: at(name), out: at('again') })
    expect(again.metrics.tolerated!.kept).toBe(kept)
    expect(again.metrics).not.toHaveProperty('menu')
    expect(readFileSync(at('again/card.md'), 'utf8')).not.toContain('menu/')
    const { size } = readRun(at(name)).metrics!.menu!.at(-1)!
    const other = await retrainRun({ run: at(name), menu: size!, out: at('other') })
    expect(other.metrics).not.toHaveProperty('tolerated')
    for (const file of ['card.md', 'report.html'])
      expect(readFileSync(at(`other/${file}`), 'utf8')).not.toContain(' allowed; kept')
  })
})
