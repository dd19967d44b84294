import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from 'vitest'

/** A temporary folder that goes when the file's tests are over. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'sentei-runs-'))
  afterAll(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** Settings of the tests' own: defaults change, and what tests find with them. */
const sgd = { optimizer: 'sgd', learningRate: 0.1, decay: 'cosine' }

const losses = (task: number, reconstruction: number) => ({ losses: { task, reconstruction } })
const l1 = { term: 'l1', part: 'gates', lambda: { curve: 'linear', from: 1, to: 15 } }

/** Schedules of the tests' own: presets change, and a run's bytes with them. */
const pressUnits = {
  name: 'press-units',
  phases: [
    { name: 'autoencoder', until: 0.2, ...losses(0, 1), train: ['encoder/**', 'decoder/**'], gates: 'hold' },
    { name: 'press', until: 0.8, ...losses(1, 0.1), terms: [l1] },
    { name: 'relax', until: 1, gates: 'hold' },
  ],
  prune: { from: 0.3, until: 0.8 },
}
const pressOperations = {
  name: 'press-operations',
  phases: [
    { name: 'press', until: 0.8, terms: [{ ...l1, lambda: 1 }] },
    { name: 'relax', until: 1, gates: 'hold' },
  ],
  prune: { from: 0.3, until: 0.8 },
}

/** A search on a table that takes about a second. */
export const tinyMlp = {
  name: 'tiny',
  data: { source: 'concrete', scaling: 'standard' },
  supernet: { space: 'autoencoder-mlp', options: { encoder: [12], code: 6, head: [8] } },
  schedule: pressUnits,
  search: { epochs: 6, batch: 128, inspectEvery: 5, gates: { travel: 2 }, weights: sgd },
  retrain: { epochs: 2, batch: 128, gates: 'keep', baseline: true, weights: { ...sgd, learningRate: 0.01 } },
  criteria: [{ metric: 'parameters-share', atMost: 1 }],
}

/** A search over cells that takes a few seconds. */
export const tinyCells = {
  name: 'cells',
  data: { source: 'digits' },
  supernet: {
    space: 'darts-cell',
    options: {
      cells: 1,
      channels: 2,
      nodes: 2,
      reductions: [],
      operations: ['skip', 'conv-1x1', 'dil-conv-3x3'],
    },
  },
  schedule: pressOperations,
  search: { epochs: 2, batch: 256, shards: 2, gates: { travel: 0.5 }, weights: sgd },
  retrain: { epochs: 1, batch: 256, gates: 'keep', weights: sgd },
}

/** Files of a run that hold no clock: the same seed and configuration write the same bytes. */
export const reproducible = [
  'config.json',
  'schedule.csv',
  'architecture.json',
  'metrics.json',
  'card.md',
  'model/model.json',
  'model/weights.bin',
  'model/preprocess.json',
]

/** The hexadecimal content of a run's reproducible files, by name. */
export function contentOf(folder: string): Record<string, string> {
  return Object.fromEntries(reproducible.map((name) => [name, readFileSync(join(folder, name), 'hex')]))
}
