/**
 * How well networks are trained, unpruned: the retrained baseline under several settings, on tables and
 * series. Each figure is a test error (RMSE, or 1 − accuracy) over that of the first settings on the same seed and splits.
 *
 *     npm run build && node dist/bench/training.js SETTINGS.json [--data FOLDER] [--sets a,b] [--seeds 3] [--space NAME]
 *
 * SETTINGS.json holds `retrain` documents by name, the one to compare with first; with `data` inside, that joins the data.
 */
import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { resolveConfig, setupTrial, useBackend } from '../src/index.js'
import { textTable } from '../src/cli/table.js'
import { trainBaseline } from '../src/trial/baseline.js'
import type { Event } from '../src/events/types.js'
import { benchSets } from './data-sets.js'
import { valueOf } from './command-line.js'

const words = process.argv.slice(2)
const sets = benchSets(resolve(valueOf('--data') ?? join('..', 'shared', 'datasets')))
const seeds = Array.from({ length: Number(valueOf('--seeds') ?? 3) }, (_, i) => i + 1)
const settings = JSON.parse(readFileSync(words[0]!, 'utf8')) as Record<string, Settings>

interface Settings {
  readonly data?: object
  readonly [retrain: string]: unknown
}

interface Outcome {
  readonly error: number
  readonly steps: number
  readonly seconds: number
}

async function train(
  set: string,
  data: object,
  { data: more, ...retrain }: Settings,
  seed: number,
): Promise<Outcome> {
  const config = resolveConfig({
    seed,
    data: { ...data, ...more },
    supernet: { space: valueOf('--space') ?? sets[set]!.space },
    schedule: 'none',
    retrain: { ...retrain, baseline: true },
  })
  const trial = await setupTrial(config, '.')
  let steps = 0
  const emit = (event: Event) => {
    if (event.type === 'evaluation') steps = event.step
  }
  const start = performance.now()
  try {
    const { test } = (await trainBaseline(trial, { emit })).figures
    const error = trial.metric === 'accuracy' ? 1 - test! : test!
    return { error, steps, seconds: (performance.now() - start) / 1000 }
  } catch (error) {
    console.error(String(error))
    return { error: NaN, steps, seconds: (performance.now() - start) / 1000 }
  }
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length
const geometric = (values: readonly number[]) => Math.exp(mean(values.map(Math.log)))

/** The sets that defaults were chosen by; the others are kept aside. */
const usual = [
  'concrete',
  'casp',
  'white-wine',
  'airbnb',
  'breast-cancer',
  'steel-plates',
  'credit-data',
  'chicago',
  'ett',
  'digits',
]

await useBackend('wasm')
const chosen = valueOf('--sets')?.split(',') ?? usual
const names = Object.keys(settings)
const ratios: Record<string, number[]> = Object.fromEntries(names.map((name) => [name, []]))
const rows: string[][] = []
for (const set of chosen) {
  const data = sets[set]!.data()
  const found: Record<string, Outcome[]> = {}
  for (const seed of seeds)
    for (const name of names) {
      const outcome = await train(set, data, settings[name]!, seed)
      ;(found[name] ??= []).push(outcome)
      console.error(JSON.stringify({ set, seed, name, ...outcome }))
    }
  const errors = (name: string) => found[name]!.map(({ error }) => error)
  const base = mean(errors(names[0]!))
  rows.push([
    set,
    base.toPrecision(3),
    ...names.map((name) => {
      const ratio = mean(errors(name)) / base
      ratios[name]!.push(ratio)
      return `${ratio.toFixed(3)} (${Math.round(mean(found[name]!.map(({ steps }) => steps)))})`
    }),
  ])
}
rows.push([
  'geometric mean',
  '',
  ...names.map((name) => geometric(ratios[name]!.filter(Number.isFinite)).toFixed(3)),
])
console.log(`unpruned, retrained: test error over ${names[0]}'s, in brackets steps; ${seeds.length} seeds`)
console.log(textTable([['set', names[0]!, ...names], ...rows]))
