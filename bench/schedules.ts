/**
 * Schedules against each other: strong then relaxed, relaxed then strong, and fixed ones, on tables and
 * images, over several seeds; each derived network is retrained and tested.
 *
 *     npm run build && node dist/bench/schedules.js [concrete|digits …] [--seeds 5] [--first 1] [--schedules a,b]
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  presetNames,
  resolveConfig,
  runTrial,
  setupTrial,
  useBackend,
  type TrialMetrics,
} from '../src/index.js'
import { benchOperations } from '../src/runs.js'
import { textTable } from '../src/cli/table.js'
import { format } from './summary.js'
import { valueOf } from './command-line.js'

const adam = (learningRate: number) => ({ batch: 32, weights: { optimizer: 'adam', learningRate } })
const settings: Record<string, { unit: number; config: object }> = {
  concrete: {
    unit: 1,
    config: {
      data: { source: 'concrete' },
      split: { by: 'random', train: 0.64, validation: 0.16, test: 0.2 },
      supernet: { space: 'autoencoder-mlp' },
      search: { epochs: 60, ...adam(0.003) },
      retrain: { epochs: 200, ...adam(0.005) },
    },
  },
  digits: {
    unit: 100,
    config: {
      data: { source: 'digits' },
      split: { by: 'stratified', train: 0.4, arch: 0.2, validation: 0.2, test: 0.2 },
      supernet: { space: 'darts-cell', options: { channels: 8 } },
      search: { epochs: 16, mode: 'alternating' },
      retrain: { epochs: 16 },
    },
  },
}

/** Presets that gates refuse, and the relaxation that their term is made for. */
const relaxations: Record<string, string> = {
  'fixed-log-sum-exp': 'softmax',
  'fixed-zero-one': 'sigmoid',
}

const words = process.argv.slice(2)
const named = words.filter((word) => word in settings)
const first = Number(valueOf('--first') ?? 1)
const seeds = Array.from({ length: Number(valueOf('--seeds') ?? 5) }, (_, i) => first + i)
const schedules = valueOf('--schedules')?.split(',') ?? [
  'strong-then-relaxed',
  'relaxed-then-strong',
  ...presetNames().filter((name) => name.startsWith('fixed-')),
  'none',
]

/** The configuration of one trial: with the relaxation, and the measured latencies, that the schedule needs. */
async function configOf(config: object, schedule: string, seed: number) {
  const relaxation = relaxations[schedule]
  const whole = { ...config, seed, schedule, ...(relaxation && { relaxation }) }
  if (schedule !== 'fixed-latency') return resolveConfig(whole)
  const file = join(folder, 'latency.json')
  writeFileSync(
    file,
    JSON.stringify(
      await benchOperations({ config: resolveConfig({ ...config, schedule: 'none' }), folder: '.' }),
    ),
  )
  return resolveConfig({ ...whole, objective: { latency: file } })
}

const folder = mkdtempSync(join(tmpdir(), 'sentei-schedules-'))
await useBackend('wasm')
for (const data of named.length > 0 ? named : Object.keys(settings)) {
  const { unit, config } = settings[data]!
  const rows: string[][] = []
  const refused: string[] = []
  for (const schedule of schedules) {
    const results: TrialMetrics[] = []
    try {
      for (const seed of seeds) {
        const trial = await setupTrial(await configOf(config, schedule, seed), '.')
        const { metrics } = await runTrial(trial, { emit: () => undefined })
        results.push(metrics)
        console.error(JSON.stringify({ data, schedule, seed, test: metrics.test.final, gap: metrics.gap }))
      }
    } catch (error) {
      // A preset may need what this supernet lacks; that is said, not skipped over.
      refused.push(`${schedule}: ${error instanceof Error ? error.message : String(error)}`)
      continue
    }
    const digits = unit === 1 ? 3 : 2
    const share = ({ derived, supernet }: TrialMetrics) => derived.parameters / supernet.parameters
    const relaxation = relaxations[schedule]
    rows.push([
      relaxation ? `${schedule} (${relaxation})` : schedule,
      format(
        results.map((m) => m.test.final!),
        digits,
        unit,
      ),
      format(results.map(share), 1, 100),
      format(
        results.map((m) => m.gap.jumps),
        digits,
        unit,
      ),
      format(
        results.map((m) => m.gap.gatesDropped!),
        digits,
        unit,
      ),
    ])
  }
  console.log(
    `${data}, seeds ${seeds.join(', ')}: test ${unit === 1 ? 'RMSE' : 'accuracy in points'}, mean ± standard deviation`,
  )
  console.log(textTable([['schedule', 'test', 'parameters %', 'jumps', 'gates dropped'], ...rows]))
  for (const line of refused) console.log(`refused: ${line}`)
}
rmSync(folder, { recursive: true })
