/**
 * Joint training steps of the supernets, here with one and two workers and in PyTorch with one and two threads,
 * eager and compiled. Rounds of all of them alternate on this machine, every figure in a process of its own, and
 * a figure is the median of its rounds. One table has the best of each side, and how near Sentei is to the
 * machine's peak; another what a second thread is worth here, beside what it is worth to a plain copy.
 *
 *     node dist/bench/steps.js [--python venv/bin/python] [--only darts] [--rounds 3] [--steps 5] [--eager] [--relaxed]
 *
 * `--eager` leaves torch.compile out, which compiles for many minutes where a supernet is as large as `darts`.
 * PyTorch should come from the Python registry, in a virtual environment: Debian's python3-torch runs too, but
 * its BLAS is slow. Without PyTorch the tables have Sentei's lines alone, and say so.
 */
import { execFileSync } from 'node:child_process'
import { parseArgs } from 'node:util'
import { packagePath } from '../src/base/files.js'
import { quantile } from '../src/base/quantile.js'
import { randomSource } from '../src/base/random.js'
import { textTable } from '../src/cli/table.js'
import { resolveConfig } from '../src/config/load-config.js'
import { costOf, type Cost } from '../src/nn/cost.js'
import type { StepFigures } from '../src/runs.js'
import { inputShape, randomData } from '../src/setup/random-data.js'
import { buildSupernet, spaceOf } from '../src/setup/supernet-of.js'
import { workloads, type Workload } from './step-workloads.js'
import { threadPeaks } from './thread-peaks.js'

const { values: given } = parseArgs({
  options: {
    only: { type: 'string' },
    python: { type: 'string', default: '/usr/bin/python3' },
    rounds: { type: 'string', default: '3' },
    steps: { type: 'string' },
    relaxed: { type: 'boolean' },
    eager: { type: 'boolean' },
  },
})
const rounds = Number(given.rounds)
if (!Number.isInteger(rounds) || rounds < 1)
  throw new Error(`--rounds: expected a whole number above 0, got ${given.rounds}`)
const chosen = workloads.filter(({ name }) => given.only === undefined || given.only === name)
if (chosen.length === 0)
  throw new Error(
    `--only: expected one of ${workloads.map(({ name }) => name).join(', ')}, got ${given.only}`,
  )

/** Options that `bench step` and `torch_step.py` share. */
const argumentsOf = ({ space, options, input, batch, steps }: Workload): string[] =>
  Object.entries({ supernet: space, ...options, ...input, batch, steps: given.steps ?? steps }).flatMap(
    ([name, value]) => [`--${name}`, String(value)],
  )

interface Times {
  readonly medianMs: number
  readonly minMs: number
}

/** The weights without and with those of a decoder. */
interface Counts {
  readonly parameters: number
  readonly trained: number
}

interface TorchFigures extends Partial<Times>, Counts {
  readonly threads: number
  readonly layout: string
  readonly version: string
  /** Why there are no times. */
  readonly skipped?: string
}

type Program = 'sentei' | 'relaxed' | 'eager' | 'compiled'

/** One way to compute the step: a program and its setting, with the times of its rounds. */
interface Way {
  readonly program: Program
  readonly name: string
  readonly threads: number
  /** PyTorch's order of the numbers of an image. */
  readonly layout?: string
  readonly heapMB?: number | null
  readonly rounds: Times[]
}

const median = (values: readonly number[]): number =>
  quantile(
    [...values].sort((a, b) => a - b),
    0.5,
  )

/** The median of the rounds' medians, and the least of all steps. */
const timesOf = ({ rounds: all }: Way): Times => ({
  medianMs: median(all.map(({ medianMs }) => medianMs)),
  minMs: Math.min(...all.map(({ minMs }) => minMs)),
})

const best = (ways: readonly Way[], by: keyof Times = 'medianMs'): Way | undefined =>
  [...ways].sort((a, b) => timesOf(a)[by] - timesOf(b)[by])[0]

/** Limits the gradient, as the peers do; otherwise a search has no limit. */
const clipped = ['--set', 'search.weights.clipNorm=5']

/** Each in a process of its own, so that neither heap nor threads go from one to the next. */
const ours = (workload: Workload, ...more: string[]): StepFigures =>
  JSON.parse(
    execFileSync(
      process.execPath,
      [
        packagePath('dist/src/cli/main.js'),
        ...['bench', 'step', ...argumentsOf(workload), ...more, '--json', ...clipped],
      ],
      { encoding: 'utf8' },
    ),
  ) as StepFigures

const python = (...args: string[]): string =>
  execFileSync(given.python, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })

function hasTorch(): boolean {
  try {
    python('-c', 'import torch')
    return true
  } catch (error) {
    const { stderr = '', message } = error as { stderr?: string; message: string }
    const why = (stderr || message).trim().split('\n').at(-1)
    console.log(
      `PyTorch is left out: ${why}; "pip install torch" in a virtual environment, then --python venv/bin/python\n`,
    )
    return false
  }
}

function torch(workload: Workload, { parameters, trained }: Counts, ...more: string[]): TorchFigures[] {
  const figures = python(packagePath('bench/peers/torch_step.py'), ...argumentsOf(workload), ...more)
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as TorchFigures)
  const other = figures.find((each) => each.parameters !== parameters || each.trained !== trained)
  if (other)
    throw new Error(
      `${workload.name}: ${parameters} weights here, ${trained} with a decoder's; ${other.parameters} and ${other.trained} in PyTorch: not the same network`,
    )
  return figures
}

/** The whole graph's cost for one example: a step trains a decoder too. */
function costOfGraph({ space, options = {}, input }: Workload): Cost {
  const data = randomData(inputShape(spaceOf(space, '--supernet'), input), 1, randomSource(0))
  const config = resolveConfig({ data: { source: 'digits' }, supernet: { space, options } })
  return costOf(buildSupernet(config, data).graph)
}

/**
 * The arithmetic of a step: a multiply-add is two operations, and the backward pass takes about twice the
 * forward pass's, for the gradients of inputs and those of weights.
 */
const stepFlop = (workload: Workload): number => 2 * 3 * costOfGraph(workload).flops * workload.batch

/** The bytes that the operations of a step read and write, each by itself. */
function stepBytes(workload: Workload): number {
  const { profile } = ours({ ...workload, steps: 3 }, '--workers', '1', '--profile')
  return profile!.operations.reduce((sum, { bytes }) => sum + bytes, 0)
}

interface Measured {
  readonly workload: Workload
  readonly bytes: number
  readonly parameters: number
  readonly sentei: Way
  readonly eager: Way | undefined
  readonly compiled: Way | undefined
  /** The throughput with two workers by that with one. */
  readonly gain: number
}

const number = (ms: number): string => ms.toFixed(ms < 100 ? 2 : 0)
const plural = (count: number, what: string): string => `${count} ${what}${count > 1 ? 's' : ''}`

/** Measures a workload, round by round, and prints the table of all ways. */
function measure(workload: Workload, withTorch: boolean): Measured {
  const ways = new Map<string, Way>()
  const of = (program: Program): Way[] => [...ways.values()].filter((way) => way.program === program)
  const add = (way: Omit<Way, 'rounds'>, { medianMs, minMs }: Times): void => {
    const known = ways.get(way.name) ?? { ...way, rounds: [] }
    known.rounds.push({ medianMs, minMs })
    ways.set(way.name, known)
  }
  const addOurs = (program: 'sentei' | 'relaxed', threads: number): number => {
    const relaxed = program === 'relaxed'
    const figures = ours(workload, '--workers', String(threads), ...(relaxed ? ['--relaxed'] : []))
    const name = `Sentei, ${plural(threads, 'worker')}${relaxed ? ', relaxed SIMD' : ''}`
    add({ program, name, threads, heapMB: figures.heapMB }, figures)
    return figures.parameters
  }
  const addTorch = (program: 'eager' | 'compiled', figures: TorchFigures): void => {
    const { version, threads, layout, medianMs, minMs } = figures
    const name = `PyTorch ${version}, ${program}, ${plural(threads, 'thread')}, ${layout}`
    add({ program, name, threads, layout }, { medianMs: medianMs!, minMs: minMs! })
  }

  const trained = costOfGraph(workload).parameters
  let parameters = 0
  let setting: string[] | undefined
  let skipped: string | undefined
  for (let round = 0; round < rounds; round++) {
    parameters = addOurs('sentei', 1)
    addOurs('sentei', 2)
    if (given.relaxed) addOurs('relaxed', 2)
    if (!withTorch) continue
    const counts = { parameters, trained }
    for (const figures of torch(workload, counts)) addTorch('eager', figures)
    if (given.eager || skipped !== undefined) continue
    // Compiling takes long, so that only one setting is compiled: the one with the fastest step of the first round.
    setting ??= settingOf(best(of('eager'), 'minMs')!)
    const [figures] = torch(workload, counts, '--compile', ...setting)
    skipped = figures!.skipped
    if (skipped === undefined) addTorch('compiled', figures!)
  }

  const [one, two] = of('sentei')
  const sentei = best([one!, two!])!
  const eager = best(of('eager'))
  const lines = [...ways.values()].map((way) => {
    const { medianMs, minMs } = timesOf(way)
    const mark = way === sentei || way === eager ? ' (best)' : ''
    return [`${way.name}${mark}`, number(medianMs), number(minMs), String(way.heapMB ?? '–')]
  })
  const title = `${workload.name}: ${parameters.toLocaleString('en-US')} weights, ${argumentsOf(workload).join(' ')}`
  console.log(`${title}\n${textTable([['', 'median ms', 'least', 'heap MB'], ...lines])}`)
  console.log(skipped === undefined ? '' : `torch.compile does not run: ${skipped}\n`)
  const gain = timesOf(one!).medianMs / timesOf(two!).medianMs
  return {
    workload,
    bytes: stepBytes(workload),
    parameters,
    sentei,
    eager,
    compiled: of('compiled')[0],
    gain,
  }
}

const settingOf = ({ threads, layout }: Way): string[] => ['--threads', String(threads), '--layouts', layout!]

/** What threads can do at most: the GFLOP/s of multiply-adds, and the GB/s of copies. */
interface Roof {
  readonly gflops: number
  readonly bandwidth: number
}

/** A row of the table of all supernets; `roofs` are those of one and of two threads. */
function row(
  { workload, bytes, parameters, sentei, eager, compiled }: Measured,
  roofs: Readonly<Record<number, Roof>>,
): string[] {
  const own = timesOf(sentei)
  const peer = eager && timesOf(eager)
  const translated = compiled && timesOf(compiled)
  const gflop = stepFlop(workload) / 1e9
  const { gflops, bandwidth } = roofs[sentei.threads]!
  const byArithmetic = (1000 * gflop) / gflops
  const byBytes = (1000 * bytes) / 1e9 / bandwidth
  const cell = (value: number | undefined): string => (value === undefined ? '–' : number(value))
  return [
    workload.name,
    parameters.toLocaleString('en-US'),
    number(own.medianMs),
    number(own.minMs),
    String(sentei.threads),
    cell(peer?.medianMs),
    cell(peer?.minMs),
    eager ? `${eager.threads}, ${eager.layout}` : '–',
    cell(translated?.medianMs),
    cell(translated?.minMs),
    cell(peer && peer.medianMs / own.medianMs),
    cell(peer && peer.minMs / own.minMs),
    gflop.toPrecision(3),
    `${(bytes / 1e6).toPrecision(3)} MB`,
    ...[byArithmetic, byBytes].map(number),
    `${((100 * Math.max(byArithmetic, byBytes)) / own.medianMs).toFixed(0)} %`,
  ]
}

console.log(
  'One joint step: forward, backward for weights and gates, clipping, both updates. With 2 workers, Sentei’s batch\n' +
    `norm sees half of the batch, each shard its own; the heap is one thread’s. Medians of ${plural(rounds, 'round')}.\n`,
)
const withTorch = hasTorch()
const measured = chosen.map((workload) => measure(workload, withTorch))
const peaks = await threadPeaks(2)
const { copy, multiplyAdd } = peaks.one
console.log(
  textTable([
    [
      ...['ms a step', 'weights', 'Sentei', 'least', 'workers', 'PyTorch', 'least', 'threads, layout'],
      ...['compiled', 'least', 'ratio', 'of least', 'GFLOP', 'bytes', 'by FLOP', 'by bytes', 'of roof'],
    ],
    ...measured.map((each) =>
      row(each, {
        1: { gflops: multiplyAdd, bandwidth: copy },
        2: { gflops: multiplyAdd * peaks.multiplyAdd, bandwidth: copy * peaks.copy },
      }),
    ),
  ]),
)
console.log(
  '\nSentei with 1 or 2 workers, PyTorch eager with 1 or 2 threads and either layout: whichever median is the least.\n' +
    'Compiled: torch.compile with the threads and the layout of the fastest eager step in the first round. The ratios are\n' +
    'eager PyTorch’s time by Sentei’s. GFLOP: multiply-adds of a step, each two operations, the forward pass’s times 3\n' +
    'for forward and backward; by FLOP: the ms that they take at the rate of multiply-adds in 128-bit SIMD that touch\n' +
    'no memory, in as many threads (a convolution of three taps by Winograd needs fewer). Bytes: what the operations of\n' +
    'forward and backward read and write, each by itself; by bytes: the ms that they take at the rate of a plain copy of\n' +
    '128 MiB, which small networks beat, for they stay in the cache. Of roof: the larger of both by the step.\n',
)
console.log(
  textTable([
    ['throughput with 2 threads by that with 1', 'ratio'],
    ...measured.map(({ workload, gain }) => [workload.name, gain.toFixed(2)]),
    [`plain copy of 128 MiB, ${copy.toFixed(1)} GB/s read and written by one`, peaks.copy.toFixed(2)],
    [`multiply-adds, ${multiplyAdd.toFixed(1)} GFLOP/s by one`, peaks.multiplyAdd.toFixed(2)],
  ]),
)
