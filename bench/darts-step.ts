/**
 * The joint step of the DARTS supernet here and in PyTorch, one after the other on this machine, as one
 * table with ratios to Sentei's.
 *
 *     node dist/bench/darts-step.js [steps] [relaxed]
 *
 * PyTorch comes from Debian's python3-torch; without it the table has Sentei's line alone, and says so.
 */
import { execFileSync } from 'node:child_process'
import { packagePath } from '../src/base/files.js'
import { textTable } from '../src/cli/table.js'
import type { StepFigures } from '../src/index.js'

const steps = process.argv[2] ?? '5'
const size = [
  '--supernet',
  'darts',
  '--channels',
  '16',
  '--cells',
  '8',
  '--batch',
  '64',
  '--image',
  '32',
  '--steps',
  steps,
]

interface TorchFigures {
  readonly threads: number
  readonly layout: string
  readonly version: string
  readonly medianMs: number
  readonly minMs: number
  readonly parameters: number
}

/** Each in a process of its own, so that neither heap nor threads go from one to the next. */
const ours = (...more: string[]): StepFigures =>
  JSON.parse(
    execFileSync(
      process.execPath,
      [packagePath('dist/src/cli/main.js'), 'bench', 'step', ...size, ...more, '--json'],
      {
        encoding: 'utf8',
      },
    ),
  ) as StepFigures

function torch(): TorchFigures[] {
  try {
    const script = packagePath('bench/peers/torch_darts.py')
    const output = execFileSync('/usr/bin/python3', [script, ...size], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    return output
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as TorchFigures)
  } catch (error) {
    const { stderr = '', message } = error as { stderr?: string; message: string }
    console.log(
      `PyTorch is left out: ${(stderr || message).trim().split('\n').at(-1)}; apt-get install python3-torch`,
    )
    return []
  }
}

const sentei = ours()
const line = (name: string, { medianMs, minMs }: { medianMs: number; minMs: number }, heap = '–') => [
  name,
  (medianMs / 1000).toFixed(2),
  (minMs / 1000).toFixed(2),
  (medianMs / sentei.medianMs).toFixed(2),
  heap,
]
const table = [
  ['one joint step, median and least of ' + steps, 's', 'least', 'ratio', 'heap MB'],
  line(`Sentei wasm, 1 worker, ${sentei.parameters} weights`, sentei, String(sentei.heapMB)),
  ...(process.argv.includes('relaxed')
    ? [line('Sentei wasm, 1 worker, relaxed SIMD', ours('--relaxed'))]
    : []),
  ...torch().map((figures) =>
    line(
      `PyTorch ${figures.version}, ${figures.threads} thread${figures.threads > 1 ? 's' : ''}, ${figures.layout}, ${figures.parameters} weights`,
      figures,
    ),
  ),
]
console.log(textTable(table))
