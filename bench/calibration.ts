/**
 * Calibration: how far probabilities of two classes are from how often they come true, as a training left them,
 * as a run delivers them, and with `retrain.calibration: temperature`. The unpruned network of what one line
 * drafts, with classes weighed or not, and after a focal loss; means over seeds, each with a split of its own.
 *
 *     npm run build && node dist/bench/calibration.js [--data FOLDER] [--seeds 5]
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { parse } from 'yaml'
import { textTable } from '../src/cli/table.js'
import { laidOver } from '../src/compare/layers.js'
import { mean } from '../src/compare/statistics.js'
import { gather } from '../src/data/batches.js'
import { unprunedNetwork } from '../src/derive/network.js'
import { draftConfig } from '../src/draft/draft-config.js'
import { evaluateNetwork, resolveConfig, setupTrial, useBackend, type Trial } from '../src/index.js'
import { predictRows } from '../src/train/evaluate.js'
import { calibrated } from '../src/trial/calibrate.js'
import { calibrationErrorOf } from '../src/trial/criteria/calibration-error.js'
import type { Retrained } from '../src/trial/figures.js'
import { retrainStage } from '../src/trial/retrain-stage.js'
import { withNetwork } from '../src/trial/with-network.js'
import { valueOf } from './command-line.js'
import { linesOf } from './measured-sets.js'

const data = resolve(valueOf('--data') ?? join('..', 'shared', 'datasets'))
const seeds = Array.from({ length: Number(valueOf('--seeds') ?? 5) }, (_, i) => i + 1)

/** Files with their target and the columns that are no inputs. */
const sets = [
  { name: 'credit_data', target: 'Status' },
  { name: 'cells', target: 'class', drop: ['case'] },
]

const trainings: readonly (readonly [string, object])[] = [
  ['plain', {}],
  ['weights: balanced', { weights: 'balanced' }],
  ['focal: 2', { focal: 2 }],
]

const bins = 15
const figures = ['calibration error', 'brier', 'cross-entropy'] as const
type Figures = readonly number[]

/** The figures of a network on the test rows. */
function figuresOf(trial: Trial, { graph, values }: Pick<Retrained, 'graph' | 'values'>): Figures {
  const { dataset, splits } = trial.data
  const logits = withNetwork(graph, values, (network) => predictRows(network, trial.data, splits.test))
  const targets = gather(dataset.targets, 1, splits.test)
  return [
    calibrationErrorOf(logits, targets, 2, bins),
    ...(['brier', 'cross-entropy'] as const).map((metric) =>
      Number(evaluateNetwork(trial, { graph, values }, { metric })),
    ),
  ]
}

const folder = mkdtempSync(join(tmpdir(), 'sentei-calibration-'))
const rows: string[][] = []
await useBackend('wasm')
try {
  for (const { name, target, drop } of sets) {
    const file = join(folder, `${name}.csv`)
    writeFileSync(file, `${linesOf(join(data, 'modeldata', `${name}.csv.gz`)).join('\n')}\n`)
    for (const [training, classes] of trainings) {
      const found = { 'as trained': [], delivered: [], 'with a temperature': [] } as Record<string, Figures[]>
      for (const seed of seeds) {
        const draft = await draftConfig(file, { target, seed, drop })
        const of = (more: object) =>
          resolveConfig(
            laidOver([
              { place: [], value: parse(draft.text()) as Record<string, unknown> },
              { place: [], value: more as Record<string, unknown> },
            ]),
          )
        const trial = await setupTrial(of({ classes }), '.')
        const tempered = await setupTrial(of({ classes, retrain: { calibration: 'temperature' } }), '.')
        const { graph, constants } = unprunedNetwork(trial.supernet, trial.config.retrain)
        const trained = await retrainStage(trial, { emit: () => undefined }, 'baseline', graph, constants)
        found['as trained']!.push(figuresOf(trial, trained))
        found.delivered!.push(figuresOf(trial, calibrated(trial, trained)))
        found['with a temperature']!.push(figuresOf(tempered, calibrated(tempered, trained)))
      }
      for (const [state, values] of Object.entries(found))
        rows.push([
          ...[name, training, state],
          ...figures.map((_, i) => mean(values.map((each) => each[i]!)).toFixed(4)),
        ])
    }
  }
} finally {
  rmSync(folder, { recursive: true })
}
console.log(textTable([['', 'training', 'probabilities', ...figures], ...rows]))
