/**
 * Does a schedule mean the same on any training? A fixed document without budget or tolerance, the size before any
 * projection: longer and shorter (and at a rate that moves weights as far), larger and smaller batches, another scale of the
 * loss, more units.
 *
 *     npm run build && node dist/bench/invariance.js [--data FOLDER] [--sets white-wine] [--seeds 5]
 *         [--epochs 20] [--batch 64] [--lambda 10] [--options JSON] [--variants 'epochs × ¼,batch × 4']
 *
 * Spaces without `hidden` have no units to multiply: name the variants.
 */
import { join, resolve } from 'node:path'
import { resolveConfig, setupTrial, useBackend } from '../src/index.js'
import { textTable } from '../src/cli/table.js'
import type { Loss } from '../src/objective/losses.js'
import * as tf from '@tensorflow/tfjs-core'
import { SupernetModel } from '../src/supernet/model.js'
import { searchArchitecture } from '../src/search/search.js'
import { taskCost } from '../src/supernet/cost.js'
import { benchSets } from './data-sets.js'
import { valueOf } from './command-line.js'

const sets = benchSets(resolve(valueOf('--data') ?? join('..', 'shared', 'datasets')))
const chosen = (valueOf('--sets') ?? 'white-wine').split(',')
const seeds = Array.from({ length: Number(valueOf('--seeds') ?? 5) }, (_, i) => i + 1)
const [epochs, batch] = [Number(valueOf('--epochs') ?? 20), Number(valueOf('--batch') ?? 64)]
const lambda = Number(valueOf('--lambda') ?? 10)
const options = JSON.parse(valueOf('--options') ?? '{}') as object

/** What of a search a variant changes. */
interface Variant {
  readonly epochs?: number
  readonly batch?: number
  readonly loss?: number
  readonly hidden?: number
  /** Of the weights, times the usual one. */
  readonly rate?: number
}
const variants: Readonly<Record<string, Variant>> = {
  'as it is': {},
  'epochs × ¼': { epochs: epochs / 4 },
  'epochs × 4': { epochs: epochs * 4 },
  'epochs × ¼, rate × 4': { epochs: epochs / 4, rate: 4 },
  'epochs × 4, rate × ¼': { epochs: epochs * 4, rate: 1 / 4 },
  'batch × ¼': { batch: batch / 4 },
  'batch × ¼, rate × ¼': { batch: batch / 4, rate: 1 / 4 },
  'batch × 4': { batch: batch * 4 },
  'epochs × ¼, batch × ¼': { epochs: epochs / 4, batch: batch / 4 },
  'epochs × 4, batch × 4': { epochs: epochs * 4, batch: batch * 4 },
  'loss × 0.1': { loss: 0.1 },
  'loss × 10': { loss: 10 },
  'units × 4': { hidden: 256 },
}

// A comma within a name has a space behind it.
const wanted = valueOf('--variants')?.split(/,(?! )/) ?? Object.keys(variants)
const unknown = wanted.find((name) => !(name in variants))
if (unknown !== undefined)
  throw new Error(`--variants: unknown ${unknown}; known: ${Object.keys(variants).join('; ')}`)

/** Rising pressure alone, on what the space has; nothing is projected before the search ends. */
const document = {
  name: 'rising',
  phases: [
    { name: 'warm-up', until: 0.2, gates: 'hold' },
    {
      name: 'press',
      until: 1,
      terms: [{ term: 'l1', part: 'gates', lambda: { curve: 'linear', from: 0, to: lambda } }],
    },
  ],
  prune: { from: 0.2, until: 1 },
}

const times =
  (loss: Loss, factor: number): Loss =>
  (outputs, targets) =>
    tf.mul(loss(outputs, targets), factor)

/** The share of the parameters that the search has left before anything is projected. */
async function left(set: string, variant: Variant, seed: number): Promise<number> {
  const { space, data } = sets[set]!
  const { loss = 1, rate = 1, hidden, ...search } = { epochs, batch, ...variant }
  const config = resolveConfig({
    seed,
    data: data(),
    supernet: { space, options: { ...options, hidden } },
    schedule: document,
    search,
  })
  const trial = await setupTrial(config, '.')
  const model = new SupernetModel(
    trial.supernet,
    trial.relaxation,
    trial.random,
    trial.config.search.gates.noise,
  )
  const { weights } = trial.config.search
  // A loss ten times as large is ten times as steep: Adam does not mind, SGD's rate makes up for it.
  const steepness = weights.optimizer === 'sgd' ? loss : 1
  const learningRate = (weights.learningRate * rate) / steepness
  let share = 1
  const whole = taskCost(trial.supernet).parameters
  await searchArchitecture(model, trial.data, {
    ...trial,
    loss: times(trial.loss, loss),
    options: { ...trial.config.search, weights: { ...weights, learningRate } },
    emit: (event) => {
      if (event.type === 'evaluation') share = event.parameters / whole
    },
    save: () => undefined,
  })
  model.dispose()
  return share
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length

await useBackend('wasm')
for (const set of chosen) {
  const rows: string[][] = []
  let base = NaN
  for (const [name, variant] of Object.entries(variants)) {
    if (!wanted.includes(name)) continue
    const shares: number[] = []
    for (const seed of seeds) shares.push(await left(set, variant, seed))
    if (Number.isNaN(base)) base = mean(shares)
    rows.push([
      name,
      ...shares.map((share) => share.toFixed(3)),
      mean(shares).toFixed(3),
      (mean(shares) / base).toFixed(2),
    ])
    console.error(JSON.stringify({ set, name, shares }))
  }
  console.log(textTable([[set, ...seeds.map((seed) => `seed ${seed}`), 'mean', 'ratio'], ...rows]))
}
