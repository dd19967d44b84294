/**
 * What discretization costs: the three gap figures of a scheduled search, of plain DARTS (softmax,
 * alternating, top-2 at the end), and of a supernet whose gates are held, on several spaces and
 * over several seeds; and what a step costs at the end of the search as a share of the beginning.
 *
 *     npm run build && node dist/bench/gap.js [SPACE …] [--seeds 5] [--first 1] [--schedule PRESET] [--only METHOD]
 */
import {
  resolveConfig,
  runTrial,
  setupTrial,
  useBackend,
  type Event,
  type TrialMetrics,
} from '../src/index.js'
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
      supernet: { space: 'temporal-conv', options: { keep: 'one' } },
      search: { epochs: 12, batch: 64, ...adam },
    },
  },
}
const scheduled = process.argv.includes('--schedule')
  ? process.argv[process.argv.indexOf('--schedule') + 1]!
  : 'auto'
const methods: Record<string, object> = {
  scheduled: { relaxation: 'gates', schedule: scheduled },
  'plain darts': {
    relaxation: 'softmax',
    schedule: {
      name: 'top-2',
      phases: [{ name: 'all', until: 1, terms: [] }],
      prune: { from: 1, until: 1, rule: 'top-2' },
    },
  },
  // Trained to the end with all that it has: before the projection it is what a pruned one is held against.
  unpruned: {
    relaxation: 'gates',
    schedule: {
      name: 'unpruned',
      phases: [
        {
          name: 'all',
          until: 1,
          gates: 'hold',
          terms: [{ term: 'l2', part: 'weights', lambda: 0.003 }],
        },
      ],
      prune: { from: 1, until: 1 },
    },
  },
}

const words = process.argv.slice(2)
const flag = (name: string, otherwise: number) =>
  words.includes(name) ? Number(words[words.indexOf(name) + 1]) : otherwise
const named = words.filter((word) => word in settings)
const first = flag('--first', 1)
const seeds = Array.from({ length: flag('--seeds', 5) }, (_, i) => first + i)

const only = words.includes('--only') ? words[words.indexOf('--only') + 1] : undefined

await useBackend('wasm')
const rows: string[][] = []
for (const space of named.length > 0 ? named : Object.keys(settings)) {
  const { unit, config } = settings[space]!
  for (const [method, choice] of Object.entries(methods).filter(([name]) => !only || name === only)) {
    const results: (TrialMetrics & { before: number; steps: number })[] = []
    for (const seed of seeds) {
      const { search, ...rest } = config as { search: object }
      const whole = resolveConfig({
        ...rest,
        ...choice,
        seed,
        search: {
          ...search,
          mode: 'alternating',
        },
        // Only the search is looked at.
        retrain: { epochs: 1, distillation: { share: 0 } },
      })
      const stepMs: number[] = []
      let before: number | null = null
      const emit = (event: Event) => {
        if (event.type === 'evaluation' && event.stage === 'search') stepMs.push(event.stepMs)
        if (event.type === 'removal' && event.by === 'projection') before ??= event.before
      }
      const { metrics } = await runTrial(await setupTrial(whole, '.'), { emit })
      // The first steps warm up.
      const steps = stepMs.at(-1)! / stepMs[1]!
      results.push({ ...metrics, before: before ?? metrics.validation.supernet!, steps })
      console.error(
        JSON.stringify({ space, method, seed, steps, before, ...metrics.gap, ...metrics.validation }),
      )
    }
    const column = (of: (metrics: (typeof results)[number]) => number) =>
      format(results.map(of), unit === 1 ? 3 : 2, unit)
    rows.push([
      `${space}, ${method}`,
      column((m) => m.before),
      column((m) => m.validation.supernet!),
      column((m) => m.gap.jumps),
      column((m) => m.gap.derive!),
      column((m) => m.gap.gatesDropped!),
      format(
        results.map((m) => m.derived.parameters / m.supernet.parameters),
        0,
        100,
      ),
      format(
        results.map((m) => m.steps),
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
    [
      'space, method',
      'before projection',
      'at the end',
      'jumps',
      'derived',
      'gates dropped',
      'parameters %',
      'step %',
    ],
    ...rows,
  ]),
)
