import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { Interrupted } from '../../src/base/errors.js'
import { resolveConfig } from '../../src/config/load-config.js'
import { exportRun } from '../../src/runs/formats.js'
import { deriveRun } from '../../src/runs/derive-run.js'
import { readEvents } from '../../src/runs/read-run.js'
import { retrainRun } from '../../src/runs/retrain-run.js'
import type { FinishedRun } from '../../src/runs/run-folder.js'
import { resumeRun, searchRun } from '../../src/runs/search-run.js'
import { setupTrial } from '../../src/setup/setup-trial.js'
import { taskCost } from '../../src/supernet/cost.js'
import { illegality, restrictTo } from '../../src/supernet/prune.js'
import type { Architecture } from '../../src/supernet/types.js'
import { program } from '../cli/helper.js'
import { contentOf, temporaryFolder, tinyCells, tinyMlp } from './helper.js'
import { tensorCounter } from '../setup/tensors.js'
import '../setup/shared.js'

const folder = temporaryFolder()
const at = (name: string) => join(folder, name)
const configs = {
  mlp: resolveConfig({ ...tinyMlp, criteria: [], budget: { share: 0.2, menu: [0.4, 0.7] } }),
  cells: resolveConfig({
    ...tinyCells,
    search: { ...tinyCells.search, epochs: 4 },
    budget: { metric: 'flops', share: 0.2, menu: [0.25] },
  }),
}
type Name = keyof typeof configs
const names = ['mlp', 'cells'] as const
const runs = {} as Record<Name, FinishedRun>
const read = (run: string, size: number) =>
  JSON.parse(readFileSync(at(`${run}/menu/${size}.json`), 'utf8')) as Architecture

beforeAll(async () => {
  for (const name of names) runs[name] = await searchRun({ config: configs[name], out: at(name) })
})

describe.each(names)('a search of %s with a menu', (name) => {
  test('keeps a legal architecture within each size, the larger ones earlier', async () => {
    const { metrics } = runs[name]
    const { supernet } = await setupTrial(configs[name], '.')
    const { menu, ...budget } = configs[name].budget!
    const sizes = [...menu!].sort((a, b) => b - a)
    expect(metrics.menu!.map(({ size }) => size)).toEqual(sizes)
    const metric = (budget.metric ?? 'parameters') as 'parameters' | 'flops'
    for (const { size, cost, limit, before, after } of metrics.menu!) {
      const pruned = restrictTo(supernet, read(name, size)).supernet
      expect(illegality(pruned)).toBeUndefined()
      expect(taskCost(pruned)[metric]).toBe(cost)
      expect(cost).toBeLessThanOrEqual(limit)
      expect(limit).toBeCloseTo(size * taskCost(supernet)[metric], 6)
      expect(Number.isFinite(before)).toBe(true)
      expect(Number.isFinite(after)).toBe(true)
    }
    const steps = metrics.menu!.map(({ step }) => step)
    expect(steps).toEqual([...steps].sort((a, b) => a - b))
    const told = readEvents(at(name)).filter(({ type }) => type === 'menu')
    expect(
      told.map(({ type, metric: of, ...figures }: object & { type?: string; metric?: string }) => figures),
    ).toEqual(metrics.menu)
    expect(metrics.budget!.cost).toBeLessThanOrEqual(metrics.budget!.limit)
  })

  test('tells it in report and card', () => {
    const [card, page] = ['card.md', 'report.html'].map((file) => readFileSync(at(`${name}/${file}`), 'utf8'))
    for (const { size } of runs[name].metrics.menu!) {
      expect(card).toContain(`\n| ${size} | `)
      expect(page).toContain(`menu ${size}</th>`)
    }
  })

  test('writes the same when it was interrupted and resumed', async () => {
    const controller = new AbortController()
    const run = searchRun({
      config: configs[name],
      out: at(`${name}-resumed`),
      signal: controller.signal,
      onEvent: ({ type }) => void (type === 'menu' && controller.abort()),
    })
    await expect(run).rejects.toThrow(Interrupted)
    await resumeRun(at(`${name}-resumed`))
    expect(contentOf(at(`${name}-resumed`))).toEqual(contentOf(at(name)))
    for (const { size } of runs[name].metrics.menu!)
      expect(read(`${name}-resumed`, size)).toEqual(read(name, size))
  })

  test('retrains, derives and exports each of its sizes', async () => {
    const { size } = runs[name].metrics.menu![0]!
    const newTensors = tensorCounter()
    const retrained = await retrainRun({ run: at(name), menu: size, out: at(`${name}-retrained`) })
    expect(newTensors()).toBe(0)
    expect(retrained.architecture).toEqual(read(name, size))
    expect(await deriveRun(at(name), { menu: size })).toEqual(read(name, size))
    await exportRun(at(name), 'architecture', at(`${name}.json`), size)
    expect(JSON.parse(readFileSync(at(`${name}.json`), 'utf8'))).toEqual(read(name, size))
    await exportRun(at(name), 'dot', at(`${name}.dot`), size)
    expect(readFileSync(at(`${name}.dot`), 'utf8')).toMatch(/^digraph/)
    const { metrics } = retrained
    expect(metrics.test.final).not.toBeNull()
    expect(metrics.derived.parameters).toBeGreaterThan(runs[name].metrics.derived.parameters)
    expect(metrics.gap).toEqual({ jumps: runs[name].metrics.gap.jumps, derive: null, gatesDropped: null })
    expect(metrics).not.toHaveProperty('menu')
    expect(existsSync(at(`${name}-retrained/model/model.json`))).toBe(true)
  })
})

describe('retraining another architecture', () => {
  test('takes what derive wrote, of the same space', async () => {
    await program('derive', at('cells'), '--rule', 'magnitude', '--step', '8', '--out', at('early.json'))
    await program('retrain', at('cells'), '--architecture', at('early.json'), '--out', at('early'), '--quiet')
    const early = JSON.parse(readFileSync(at('early.json'), 'utf8')) as Architecture
    expect(JSON.parse(readFileSync(at('early/architecture.json'), 'utf8'))).toEqual(early)
    expect(JSON.parse(readFileSync(at('early/retrained-from.json'), 'utf8'))).toEqual({
      run: '../cells',
      seed: 1,
      architecture: '../early.json',
    })
  })

  test('refuses what it cannot train', async () => {
    const retrain = (...args: string[]) =>
      program('retrain', at('cells'), '--out', at('no'), '--quiet', ...args)
    await expect(retrain('--menu', '0.3')).rejects.toThrow('--menu: expected one of 0.25, got 0.3')
    await expect(retrain('--menu', '0.25', '--architecture', 'x')).rejects.toThrow(
      /expected one of them, got both/,
    )
    await expect(retrain('--architecture', at('cells/metrics.json'))).rejects.toThrow(
      /expected an architecture \(format sentei-architecture\/1\), as "sentei derive RUN --out" writes it/,
    )
    await expect(retrain('--architecture', at('mlp/architecture.json'))).rejects.toThrow(
      /its architecture is of another supernet/,
    )
    const inherited = retrain('--menu', '0.25', '--set', 'retrain.from=inherited')
    await expect(inherited).rejects.toThrow(/inherited weights are those of what the search ended with/)
    const open = read('cells', 0.25)
    const [first, ...rest] = open.groups
    const two = ['skip', 'conv-1x1'].map((member) => ({ member, gate: 0.5 }))
    writeFileSync(at('open.json'), JSON.stringify({ ...open, groups: [{ ...first!, kept: two }, ...rest] }))
    await expect(retrain('--architecture', at('open.json'))).rejects.toThrow(
      /^architecture\.cell0\/.*: 2 members are left, at most 1 are legal$/,
    )
    expect(existsSync(at('no'))).toBe(false)
  })
})

test('the budget of the configuration goes before that of the schedule, and gives a planner one', async () => {
  const budgetOf = async (more: object) =>
    (await setupTrial(resolveConfig({ ...tinyMlp, ...more }), '.')).schedule.budget
  const own = { ...tinyMlp.schedule, budget: { metric: 'flops', share: 0.5 } }
  const { metric, limit, whole } = (await budgetOf({ schedule: own, budget: { share: 0.4 } }))!
  expect({ metric, share: limit / whole }).toEqual({ metric: 'flops', share: 0.4 })
  const planned = { planner: 'controller', base: 'autoencoder-first' }
  expect(await budgetOf({ schedule: planned, budget: { value: 900 } })).toMatchObject({
    metric: 'parameters',
    limit: 900,
  })
  await expect(budgetOf({ schedule: planned })).rejects.toThrow(/the controller needs one/)
})

describe('on the command line', () => {
  test('--menu is the budget and its menu, by shares or amounts', async () => {
    const file = at('config.json')
    writeFileSync(file, JSON.stringify({ ...tinyMlp, criteria: [] }))
    await program('search', file, '--menu', '0.3,0.6', '--out', at('by-shares'), '--quiet')
    const { budget, menu } = JSON.parse(
      readFileSync(at('by-shares/metrics.json'), 'utf8'),
    ) as FinishedRun['metrics']
    expect(budget!.limit).toBeCloseTo(0.3 * budget!.whole, 9)
    expect(menu!.map(({ size }) => size)).toEqual([0.6])
    const wrong = program('search', file, '--menu', '0.5,200', '--out', at('wrong'), '--quiet')
    await expect(wrong).rejects.toThrow(
      '--menu: expected shares between 0 and 1, or amounts of at least 1, such as 0.5,0.25,0.1, got "0.5,200"',
    )
    const layers = program('export', at('mlp'), '--format', 'layers', '--menu', '0.4', '--out', at('x'))
    await expect(layers).rejects.toThrow(/^--menu: the architecture was not trained; train it with/)
    await expect(program('derive', at('early'), '--menu', '0.4')).rejects.toThrow(
      /has no menu; give one to the search/,
    )
  })
})
