/**
 * Searches on NAS-Bench-201 as they come by default, and where their cells stand in its table after 12 epochs of training:
 * one cell a stage, 5,000 images of CIFAR-10, 25 epochs, shifts and flips.
 *
 *     npm run build && node dist/bench/nas-bench-201.js --out RESULTS.jsonl [--data FOLDER] [--seeds 10] [--first 1]
 *         [--set JSON]
 *
 * FOLDER has `datasets` and `tables`. Each search adds a line to RESULTS.jsonl, and one that stands there is not run again;
 * the table is of all lines there.
 */
import { appendFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { resolveConfig, runTrial, setupTrial, useBackend } from '../src/index.js'
import { queryBenchmark } from '../src/runs.js'
import { textTable } from '../src/cli/table.js'
import { rowsIn, valueOf } from './command-line.js'

const folder = resolve(valueOf('--data') ?? join('..', 'shared'))
const first = Number(valueOf('--first') ?? 1)
const seeds = Array.from({ length: Number(valueOf('--seeds') ?? 10) }, (_, i) => i + first)
const more = JSON.parse(valueOf('--set') ?? '{}') as Partial<Record<'supernet' | 'search', object>>
const out = valueOf('--out') ?? 'nas-bench-201.jsonl'

interface Row {
  readonly seed: number
  /** What was set beside the defaults. */
  readonly set: string
  readonly cell: string
  /** Of the table: percent of test images, and of the others that are not better. */
  readonly accuracy: number
  readonly percentile: number
  readonly jumps: number
  readonly minutes: number
}

const known = (): Row[] => rowsIn<Row>(out).filter(({ set }) => set === JSON.stringify(more))

async function run(seed: number): Promise<Row> {
  const images = join(folder, 'datasets', 'images', 'cifar10-subset')
  const trial = await setupTrial(
    resolveConfig({
      ...more,
      seed,
      data: {
        format: 'cifar-10',
        file: join(images, 'sub_train.bin.gz'),
        test: { file: join(images, 'sub_test.bin.gz') },
      },
      supernet: { space: 'nas-bench-201', options: { cells: 1 }, ...more.supernet },
      search: { epochs: 25, augment: { shift: 4, flip: true }, ...more.search },
      // What is asked for is the cell, not how well it can be trained on these images.
      retrain: { steps: 1, distillation: { share: 0 } },
    }),
    '.',
  )
  const { architecture, metrics, seconds } = await runTrial(trial, { emit: () => undefined })
  const cell = architecture.groups.map(({ kept }) => kept[0]!.member)
  const { ranks } = queryBenchmark({
    benchmark: 'nas-bench-201',
    table: join(folder, 'tables', 'nas-bench-201-12epochs.csv.gz'),
    metric: 'cifar10_test',
    architecture: written(cell),
  })
  const { value, percentile } = ranks.cifar10_test!
  const rounded = (number: number, digits: number) => Number(number.toFixed(digits))
  return {
    seed,
    set: JSON.stringify(more),
    cell: cell.join(' '),
    accuracy: value,
    percentile: rounded(percentile, 2),
    jumps: rounded(metrics.gap.jumps, 4),
    minutes: rounded(seconds.search / 60, 1),
  }
}

/** A cell as the benchmark writes it, its edges by their ends. */
function written(cell: readonly string[]): string {
  const names: Record<string, string> = {
    none: 'none',
    skip: 'skip_connect',
    'conv-1x1': 'nor_conv_1x1',
    'conv-3x3': 'nor_conv_3x3',
    'avg-pool-3x3': 'avg_pool_3x3',
  }
  const rest = [...cell]
  return [1, 2, 3]
    .map(
      (node) =>
        `|${rest
          .splice(0, node)
          .map((each, from) => `${names[each]!}~${from}`)
          .join('|')}|`,
    )
    .join('+')
}

await useBackend('wasm')
for (const seed of seeds) {
  if (known().some((row) => row.seed === seed)) continue
  const row = await run(seed)
  appendFileSync(out, `${JSON.stringify(row)}\n`)
  console.error(JSON.stringify(row))
}

const rows = known().sort((a, b) => a.seed - b.seed)
const mean = (of: (row: Row) => number): number => rows.reduce((sum, row) => sum + of(row), 0) / rows.length
console.log(
  textTable([
    ['seed  cell (0→1, 0→2, 1→2, 0→3, 1→3, 2→3)', 'accuracy', 'percentile', 'jumps', 'minutes'],
    ...rows.map(({ seed, cell, accuracy, percentile, jumps, minutes }) => [
      `${seed}  ${cell}`,
      ...[accuracy, percentile, jumps, minutes].map(String),
    ]),
    [
      'mean',
      mean((row) => row.accuracy).toFixed(2),
      mean((row) => row.percentile).toFixed(2),
      mean((row) => row.jumps).toFixed(3),
      mean((row) => row.minutes).toFixed(1),
    ],
    ['least', '', String(Math.min(...rows.map((row) => row.percentile))), '', ''],
  ]),
)
