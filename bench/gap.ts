/**
 * What discretization costs: the three gap figures of a scheduled search, and of plain DARTS (softmax,
 * alternating, the strongest stay at the end), on several spaces and over several seeds.
 *
 *     npm run build && node dist/bench/gap.js [SPACE …] [--seeds 5] [--first 1]
 */
import { resolveConfig, runTrial, setupTrial, useBackend, type TrialMetrics } from '../src/index.js'
import { textTable } from '../src/cli/table.js'
import { format } from './summary.js'

const digits = {
  data: { source: 'digits' },
  split: { by: 'stratified', train: 0.4, arch: 0.2, validation: 0.2, test: 0.2 },
  search: { epochs: 16, batch: 64 },
}
const adam = { weights: { optimizer: 'adam', learningRate: 0.003 } }

/** The data and the size that each space is tried on. */
const settings: Record<string, { unit: number; config: object }> = {
  darts: {
    unit: 100,
    config: { ...digits, supernet: { space: 'darts', options: { cells: 3, channels: 8 } } },
  },
  'nas-bench-201': {
    unit: 100,
    config: { ...digits, supernet: { space: 'nas-bench-201', options: { cells: 1, channels: 8 } } },
  },
  'mlp-cell': {
    unit: 1,
    config: {
      data: { source: 'concrete' },
      split: { by: 'random', train: 0.4, arch: 0.2, validation: 0.2, test: 0.2 },
      supernet: { space: 'mlp-cell' },
      search: { epochs: 60, batch: 32, ...adam },
    },
  },
  'temporal-conv': {
    unit: 1,
    config: {
      data: { source: 'chicago', window: 28, horizon: 7 },
      split: { by: 'time', train: 0.4, arch: 0.2, validation: 0.2, test: 0.2 },
      supernet: { space: 'temporal-conv' },
      search: { epochs: 12, batch: 64, ...adam },
    },
  },
}
const methods: Record<string, object> = {
  scheduled: { relaxation: 'gates', schedule: 'strong-then-relaxed' },
  'plain darts': { relaxation: 'softmax', schedule: 'none' },
}

const words = process.argv.slice(2)
const flag = (name: string, otherwise: number) =>
  words.includes(name) ? Number(words[words.indexOf(name) + 1]) : otherwise
const named = words.filter((word) => word in settings)
const first = flag('--first', 1)
const seeds = Array.from({ length: flag('--seeds', 5) }, (_, i) => first + i)

await useBackend('wasm')
const rows: string[][] = []
for (const space of named.length > 0 ? named : Object.keys(settings)) {
  const { unit, config } = settings[space]!
  for (const [method, choice] of Object.entries(methods)) {
    const results: TrialMetrics[] = []
    for (const seed of seeds) {
      const { search, ...rest } = config as { search: object }
      const whole = resolveConfig({
        ...rest,
        ...choice,
        seed,
        search: {
          ...search,
          mode: 'alternating',
          gates: { learningRate: method === 'scheduled' ? 0.2 : 0.01 },
        },
        // Only the search is looked at.
        retrain: { epochs: 1 },
      })
      const { metrics } = await runTrial(await setupTrial(whole, '.'), { emit: () => undefined })
      results.push(metrics)
      console.error(JSON.stringify({ space, method, seed, ...metrics.gap, ...metrics.validation }))
    }
    const column = (of: (metrics: TrialMetrics) => number) =>
      format(results.map(of), unit === 1 ? 3 : 2, unit)
    rows.push([
      `${space}, ${method}`,
      column((m) => m.validation.supernet!),
      column((m) => m.gap.jumps),
      column((m) => m.gap.derive!),
      column((m) => m.gap.gatesDropped!),
      format(
        results.map((m) => m.derived.parameters / m.supernet.parameters),
        0,
        100,
      ),
    ])
  }
}
console.log(
  `seeds ${seeds.join(', ')}; accuracy in points, RMSE in the data's unit; mean ± standard deviation`,
)
console.log(
  textTable([
    ['space, method', 'supernet at the end', 'jumps', 'derived', 'gates dropped', 'parameters %'],
    ...rows,
  ]),
)
