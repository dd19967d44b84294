/**
 * Joint training steps of four supernets, here with one and two workers and in PyTorch with one and two
 * threads, one after the other on this machine; then what a second thread is worth here, beside what it is
 * worth to a plain copy.
 *
 *     node dist/bench/steps.js [--only darts] [--steps 5] [--relaxed]
 *
 * PyTorch comes from Debian's python3-torch; without it the tables have Sentei's lines alone, and say so.
 */
import { execFileSync } from 'node:child_process'
import { parseArgs } from 'node:util'
import { packagePath } from '../src/base/files.js'
import { textTable } from '../src/cli/table.js'
import type { StepFigures } from '../src/runs.js'
import { threadPeaks } from './thread-peaks.js'

interface Workload {
  readonly name: string
  /** Options that `bench step` and `torch_step.py` share. */
  readonly size: readonly string[]
  /** Timed unless told otherwise. */
  readonly steps: number
  readonly unit: 's' | 'ms'
}

const images = (supernet: string, channels: number, cells: number, batch: number): string[] =>
  Object.entries({ supernet, channels, cells, batch, image: 32 }).flatMap(([name, value]) => [
    `--${name}`,
    String(value),
  ])

const workloads: readonly Workload[] = [
  { name: 'darts', size: images('darts', 16, 8, 64), steps: 5, unit: 's' },
  { name: 'darts-small', size: images('darts', 16, 4, 32), steps: 9, unit: 's' },
  { name: 'nas-bench-201', size: images('nas-bench-201', 16, 5, 64), steps: 7, unit: 's' },
  {
    name: 'mlp-cell',
    size: ['--supernet', 'mlp-cell', '--features', '8', '--batch', '64'],
    steps: 500,
    unit: 'ms',
  },
]

interface TorchFigures {
  readonly threads: number
  readonly layout: string
  readonly version: string
  readonly medianMs: number
  readonly minMs: number
  readonly parameters: number
}

const { values: given } = parseArgs({
  options: { only: { type: 'string' }, steps: { type: 'string' }, relaxed: { type: 'boolean' } },
})
const chosen = workloads.filter(({ name }) => given.only === undefined || given.only === name)
if (chosen.length === 0)
  throw new Error(
    `--only: expected one of ${workloads.map(({ name }) => name).join(', ')}, got ${given.only}`,
  )

const options = ({ size, steps }: Workload): string[] => [...size, '--steps', given.steps ?? String(steps)]

/** Each in a process of its own, so that neither heap nor threads go from one to the next. */
const ours = (workload: Workload, ...more: string[]): StepFigures =>
  JSON.parse(
    execFileSync(
      process.execPath,
      [packagePath('dist/src/cli/main.js'), 'bench', 'step', ...options(workload), ...more, '--json'],
      { encoding: 'utf8' },
    ),
  ) as StepFigures

function torch(workload: Workload, parameters: number): TorchFigures[] {
  let output: string
  try {
    const script = packagePath('bench/peers/torch_step.py')
    output = execFileSync('/usr/bin/python3', [script, ...options(workload)], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    })
  } catch (error) {
    const { stderr = '', message } = error as { stderr?: string; message: string }
    const why = (stderr || message).trim().split('\n').at(-1)
    console.log(`PyTorch is left out: ${why}; apt-get install python3-torch`)
    return []
  }
  const figures = output
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as TorchFigures)
  const other = figures.find((each) => each.parameters !== parameters)
  if (other)
    throw new Error(
      `${workload.name}: ${parameters} weights here, ${other.parameters} in PyTorch: not the same network`,
    )
  return figures
}

/** Prints a workload's table; returns its throughput with two workers by that with one. */
function measure(workload: Workload): number {
  const one = ours(workload)
  const two = ours(workload, '--workers', '2')
  const relaxed = given.relaxed ? [ours(workload, '--workers', '2', '--relaxed')] : []
  const peers = torch(workload, one.parameters)
  const least = Math.min(...peers.map(({ medianMs }) => medianMs))
  const time = (ms: number) => (workload.unit === 's' ? (ms / 1000).toFixed(2) : ms.toFixed(2))
  const line = (
    name: string,
    { medianMs, minMs }: { medianMs: number; minMs: number },
    heap: number | null = null,
  ) => [
    name,
    time(medianMs),
    time(minMs),
    (medianMs / two.medianMs).toFixed(2),
    heap === null ? '–' : String(heap),
  ]
  const title = `${workload.name}: ${one.parameters.toLocaleString('en-US')} weights, ${options(workload).join(' ')}`
  const table = [
    ['', `median ${workload.unit}`, 'least', 'ratio', 'heap MB'],
    line('Sentei, 1 worker', one, one.heapMB),
    line('Sentei, 2 workers', two, two.heapMB),
    ...relaxed.map((figures) => line('Sentei, 2 workers, relaxed SIMD', figures, figures.heapMB)),
    ...peers.map((figures) =>
      line(
        `PyTorch ${figures.version}, ${figures.threads} thread${figures.threads > 1 ? 's' : ''}, ${figures.layout}${figures.medianMs === least ? ' (best)' : ''}`,
        figures,
      ),
    ),
  ]
  console.log(`${title}\n${textTable(table)}\n`)
  return one.medianMs / two.medianMs
}

console.log(
  'One joint step: forward, backward for weights and gates, clipping, both updates. The ratio is to Sentei with\n' +
    '2 workers, whose batch norm sees half of the batch, each shard its own; the heap is one thread’s.\n',
)
const ratios = chosen.map((workload) => [workload.name, measure(workload).toFixed(2)])
const peaks = await threadPeaks(2)
console.log(
  textTable([
    ['throughput with 2 threads by that with 1', 'ratio'],
    ...ratios,
    [
      `plain copy of 128 MiB, ${peaks.one.copy.toFixed(1)} GB/s read and written by one`,
      peaks.copy.toFixed(2),
    ],
    [`multiply-adds, ${peaks.one.multiplyAdd.toFixed(1)} GFLOP/s by one`, peaks.multiplyAdd.toFixed(2)],
  ]),
)
