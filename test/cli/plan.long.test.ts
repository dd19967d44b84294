import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { useBackend } from '../../src/backend/index.js'
import { loadConfig } from '../../src/config/load-config.js'
import type { StepFigures } from '../../src/runs/bench-step.js'
import type { RunPlan } from '../../src/runs/plan-run.js'
import { setupTrial } from '../../src/setup/setup-trial.js'
import { memoryOf } from '../../src/setup/trial-memory.js'
import { program } from './helper.js'
import '../setup/shared.js'

const folder = mkdtempSync(join(tmpdir(), 'sentei-plan-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const config = join(folder, 'config.yaml')
writeFileSync(
  config,
  `data: { source: digits }
supernet: { space: darts-cell, options: { cells: 1, channels: 4, nodes: 2, reductions: [] } }
search: { epochs: 10, batch: 32 }
retrain: { epochs: 20, baseline: true }
criteria:
  - { metric: parameters, atMost: 100 }
  - { metric: parameters-share, atMost: 0.5 }
  - { metric: accuracy, atLeast: 0.9 }
`,
)
const planned = async (...args: string[]): Promise<RunPlan> =>
  JSON.parse((await program('plan', config, '--json', ...args)).printed) as RunPlan

/** The plan of the configuration as it is; each takes a second of training for each part. */
let plan: RunPlan
beforeAll(async () => {
  plan = await planned()
})

describe('plan', () => {
  test('says sizes, memory, minutes and which budgets the space can meet', () => {
    // Two edges into node 2 and three into node 3, of five operations each, and which two of the three stay.
    expect(plan.supernet).toMatchObject({ name: 'darts-cell', groups: 6, members: 28 })
    expect(plan.smallest.parameters).toBeLessThan(plan.supernet.parameters / 2)
    expect(plan.memory.map(({ stage, rows, fits }) => ({ stage, rows, fits }))).toEqual([
      { stage: 'search', rows: 32, fits: true },
      { stage: 'baseline', rows: 64, fits: true },
    ])
    expect(plan.limitBytes).toBe(2 ** 32)
    const { search, baseline, retrain, total } = plan.minutes
    for (const { typical, most } of [search, baseline!, retrain, total]) {
      expect(typical).toBeGreaterThan(0)
      expect(most).toBeGreaterThanOrEqual(typical)
    }
    expect(plan.budgets).toEqual([
      {
        criterion: 'config.criteria.0: parameters at most 100',
        feasible: false,
        least: plan.smallest.parameters,
      },
      {
        criterion: 'config.criteria.1: parameters-share at most 0.5',
        feasible: true,
        least: plan.smallest.parameters / plan.supernet.parameters,
      },
    ])
  })

  test('memory grows with the batch, a shard stands alone, and more than fits is said so', async () => {
    const stage = async (...set: string[]) => {
      const loaded = loadConfig(config, { set })
      await useBackend(loaded.config.backend)
      return memoryOf(await setupTrial(loaded.config, loaded.folder))[0]!
    }
    const small = await stage()
    expect(plan.memory[0]).toEqual(small)
    expect((await stage('search.batch=64')).peakBytes).toBe(2 * small.peakBytes)
    expect((await stage('search.batch=64', 'search.shards=2')).peakBytes).toBe(small.peakBytes)
    const { fits, recomputed, parts, largestRows } = await stage('search.batch=10000000')
    expect({ fits, recomputed }).toEqual({ fits: false, recomputed: parts })
    expect(largestRows).toBeLessThan(10_000_000)
    expect((await stage(`search.batch=${largestRows}`)).fits).toBe(true)
  })

  test('and what the schedule’s budget is of, and the floor, also as text', async () => {
    const schedule = (share: number) =>
      `schedule={ name: b, phases: [{ name: all, until: 1 }], budget: { metric: parameters, share: ${share} } }`
    const { supernet, budget } = await planned('--set', schedule(0.5))
    expect(budget).toMatchObject({
      metric: 'parameters',
      limit: supernet.parameters / 2,
      whole: supernet.parameters,
    })
    const { printed } = await program('plan', config, '--set', schedule(0.5))
    expect(printed).toMatch(
      /^budget +at most [\d,]+ of [\d,]+ parameters; no legal architecture has less than [\d,]+$/m,
    )
    expect(printed).toMatch(/^supernet darts-cell +[\d,]+ /m)
    expect(printed).toMatch(
      /^memory +search: \d+ MiB of 4\.00 GiB with 32 examples; at most [\d,]+ examples fit$/m,
    )
    expect(printed).toMatch(/parameters at most 100: NOT FEASIBLE, the least is/)
    await expect(planned('--set', schedule(0.01))).rejects.toThrow(
      /^schedule\.budget\.share: the least that a legal architecture costs is 0\.\d+, which is \d+ of \d+ parameters, got 0\.01$/,
    )
    expect(plan.budget).toBeNull()
  })
})

test('search refuses what cannot fit, with what does, before it makes a folder', async () => {
  const out = join(folder, 'run')
  const search = program('search', config, '--out', out, '--quiet', '--set', 'search.batch=10000000')
  await expect(search).rejects.toThrow(
    /^config\.search\.batch: a step of 10000000 examples needs [\d.]+ GiB, the backend has 4\.0 GiB; take a batch of at most \d+, or config\.search\.shards so that a shard has at most \d+$/,
  )
  await expect(search).rejects.toHaveProperty('name', 'InputError')
  expect(existsSync(out)).toBe(false)
})

describe('bench step', () => {
  const small = [
    'bench',
    'step',
    '--channels',
    '4',
    '--cells',
    '3',
    '--batch',
    '4',
    '--image',
    '16',
    '--json',
  ]

  test('times steps, and neither tensors nor heap grow between step 2 and the last', async () => {
    const { printed } = await program(...small, '--steps', '10')
    const figures = JSON.parse(printed) as StepFigures
    expect(figures).toMatchObject({ backend: 'wasm', workers: 1, shards: 1, parameters: 72_854 })
    expect(figures.minMs).toBeGreaterThan(0)
    expect(figures.medianMs).toBeGreaterThanOrEqual(figures.minMs)
    const { tensors, heapMB } = figures.leaks
    expect(tensors[1]).toBe(tensors[0])
    expect(heapMB[1]).toBe(heapMB[0])
    expect(figures.heapMB).toBe(heapMB[1])
  })

  test('with workers, whose shards are as many unless told, and what they cost', async () => {
    const { printed } = await program(...small, '--steps', '2', '--workers', '2')
    const figures = JSON.parse(printed) as StepFigures
    expect(figures).toMatchObject({ workers: 2, shards: 2, parameters: 72_854 })
    expect(figures.exchange!.startMs).toBeGreaterThan(0)
    expect(figures.exchange!.copyMs).toBeGreaterThan(0)
    expect(figures.exchange!.copyMs + figures.exchange!.waitMs).toBeLessThan(figures.medianMs * 2)
    expect(figures.leaks.tensors[1]).toBe(figures.leaks.tensors[0])
  })

  test('of more workers than shards, those that have one count', async () => {
    const { printed } = await program(...small, '--steps', '1', '--workers', '3', '--shards', '1')
    expect(JSON.parse(printed)).toMatchObject({ workers: 1, shards: 1, exchange: null })
  })

  test('the relaxed variant trains the same supernet', async () => {
    const { printed } = await program(...small, '--steps', '1', '--shards', '2', '--relaxed')
    expect(JSON.parse(printed)).toMatchObject({ shards: 2, parameters: 72_854 })
  })

  const timed = async (...args: string[]): Promise<StepFigures> =>
    JSON.parse((await program('bench', 'step', '--steps', '1', '--json', ...args)).printed) as StepFigures

  test('tables and series, whichever the space takes', async () => {
    // Stem, three blocks (batch norm, two dense layers), head, by hand; gates are no weights.
    const mlp = (features: number) =>
      (features + 1) * 32 + 3 * (2 * 32 + 33 * 64 + 65 * 32) + 2 * 32 + 33 * 10
    expect(await timed('--supernet', 'mlp-cell')).toMatchObject({ parameters: mlp(8) })
    expect(await timed('--supernet', 'mlp-cell', '--features', '20')).toMatchObject({ parameters: mlp(20) })
    const series = (features: string) =>
      timed('--supernet', 'temporal-conv', '--length', '16', '--features', features, ...fourChannels)
    const fourChannels = ['--set', 'supernet.options={ layers: 1, channels: 4 }']
    const [three, five] = [await series('3'), await series('5')]
    // The stem's window of 9 steps; those of 19 and 39 are longer than the series.
    expect(five.parameters - three.parameters).toBe(9 * 2 * 4)
  })

  test('settings of search and relaxation', async () => {
    const mlp = ['--supernet', 'mlp-cell', '--set', 'relaxation=softmax']
    const search = 'search={mode: alternating, batch: 8, shards: 2}'
    expect(await timed(...mlp, '--set', search)).toMatchObject({ shards: 2, workers: 1, parameters: 13_450 })
  })

  test.each([
    [['--features', '8'], '--features 8: darts takes images; give --image instead'],
    [['--image', '32', '--features', '8'], '--features 8: darts takes images; give --image instead'],
    [
      ['--supernet', 'mlp-cell', '--image', '32'],
      '--image 32: mlp-cell takes tables; give --features instead',
    ],
    [['--supernet', 'mlp-cell', '--features', '0'], '--features: expected integer ≥ 1, got "0"'],
    [
      ['--set', 'data.source=iris'],
      '--set data.source=iris: a step is timed on random data; expected a path in supernet, search, relaxation',
    ],
    [
      ['--set', 'search.batch=-1'],
      'config.search.batch: expected integer ≥ 1, got -1 (--set search.batch=-1)',
    ],
  ])('refuses %j', async (args, message) => {
    await expect(timed(...args)).rejects.toThrow(message)
  })
})
