/**
 * Planners against expert schedules and against a grid of fixed λ that costs as many searches as the genetic planner. All
 * see the same splits; each derived network is retrained and tested. The score, by which the grid chooses and which the
 * genetic planner minimises, is the error on validation + 0.3 · the share of parameters left.
 *
 *     npm run build && node dist/bench/planners.js [--only concrete,digits,winequality-white] [--seeds 5] [--first 1]
 *         [--methods fixed,controller] [--shared ../shared] [--report planners.html]
 */
import { writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import {
  resolveConfig,
  resolveSchedule,
  runTrial,
  setupTrial,
  useBackend,
  type Trial,
  type TrialResult,
} from '../src/index.js'
import { textTable } from '../src/cli/table.js'
import { lambdaMaps } from '../src/report/lambda-map.js'
import { html, trusted, type Markup } from '../src/report/markup.js'
import { style } from '../src/report/style.js'
import { rowsOf } from '../src/schedule/rows.js'
import { format, meanAndDeviation } from './summary.js'
import { valueOf } from './command-line.js'

const shared = resolve(valueOf('--shared') ?? '../shared')

const adam = (learningRate: number) => ({ batch: 32, weights: { optimizer: 'adam', learningRate } })
const split = { train: 0.5, arch: 0.15, validation: 0.15, test: 0.2 }
const share = 0.3
const price = 0.3

interface Setting {
  /** The metric of the last column, and how it is written. */
  readonly digits: number
  readonly unit: number
  readonly base: string
  readonly experts: readonly string[]
  readonly config: object
}

const staged = ['strong-then-relaxed', 'front-to-back', 'back-to-front']
const settings: Record<string, Setting> = {
  concrete: {
    digits: 3,
    unit: 1,
    base: 'autoencoder-first',
    experts: ['autoencoder-first', ...staged],
    config: {
      data: { source: 'concrete' },
      split: { by: 'random', ...split },
      supernet: { space: 'autoencoder-mlp' },
      search: { epochs: 60, ...adam(0.003) },
      retrain: { epochs: 100, ...adam(0.005) },
      criteria: [{ metric: 'r2', split: 'validation', atLeast: -100 }],
    },
  },
  digits: {
    digits: 2,
    unit: 100,
    base: 'strong-then-relaxed',
    experts: staged,
    config: {
      data: { source: 'digits' },
      split: { by: 'stratified', train: 0.4, arch: 0.2, validation: 0.2, test: 0.2 },
      supernet: { space: 'darts-cell', options: { channels: 8 } },
      search: { epochs: 16, mode: 'alternating' },
      retrain: { epochs: 16 },
      criteria: [{ metric: 'cross-entropy', split: 'validation', atMost: 100 }],
    },
  },
  'winequality-white': {
    digits: 4,
    unit: 1,
    base: 'autoencoder-first',
    experts: ['autoencoder-first', ...staged],
    config: {
      data: {
        file: join(shared, 'datasets', 'tabular', 'winequality-white.csv.gz'),
        delimiter: ';',
        target: 'quality',
        task: 'regression',
      },
      split: { by: 'random', ...split },
      supernet: { space: 'autoencoder-mlp' },
      search: { epochs: 15, ...adam(0.003) },
      retrain: { epochs: 20, ...adam(0.003) },
      criteria: [{ metric: 'r2', split: 'validation', atLeast: -100 }],
    },
  },
}

/** As many as the genetic planner's cost in searches. */
const grid = [0.005, 0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64]

const fixed = (lambda: number) => {
  const document = resolveSchedule('fixed-l1', '.')
  const phases = document.phases.map((phase) => ({
    ...phase,
    terms: phase.terms.map((entry) => (entry.term === 'l1' ? { ...entry, lambda } : entry)),
  }))
  return { ...document, name: `fixed-l1-${lambda}`, phases }
}

/** One method on one seed: its trial's result, and what it took in iterations and seconds of searching. */
interface Found {
  readonly trial: Trial
  readonly result: TrialResult
  readonly steps: number
  readonly seconds: number
}

async function search(config: object, seed: number, schedule: string | object): Promise<Found> {
  const trial = await setupTrial(resolveConfig({ ...config, seed, schedule }), '.')
  const result = await runTrial(trial, { emit: () => undefined })
  return { trial, result, steps: result.steps + (result.tried?.steps ?? 0), seconds: result.seconds.search }
}

/** Error on validation of the retrained network, 1 − R² or the cross-entropy, and what its size costs. */
function score({ result: { metrics } }: Found): number {
  const { metric, value } = metrics.criteria.results[0]!
  return (metric === 'r2' ? 1 - value! : value!) + price * left({ metrics })
}
const left = ({ metrics: { derived, supernet } }: Pick<TrialResult, 'metrics'>): number =>
  derived.parameters / supernet.parameters

type Method = (config: object, seed: number) => Promise<Found>

function methodsOf({ base, experts }: Setting): [string, Method][] {
  const plain =
    (schedule: string | object): Method =>
    (config, seed) =>
      search(config, seed, schedule)
  const best: Method = async (config, seed) => {
    const all: Found[] = []
    for (const lambda of grid) all.push(await search(config, seed, fixed(lambda)))
    const chosen = all.reduce((a, b) => (score(b) < score(a) ? b : a))
    const sum = (of: (found: Found) => number) => all.reduce((total, each) => total + of(each), 0)
    return { ...chosen, steps: sum(({ steps }) => steps), seconds: sum(({ seconds }) => seconds) }
  }
  return [
    ...experts.map((name): [string, Method] => [name, plain(name)]),
    [`fixed, best of ${grid.length}`, best],
    ['controller', plain({ planner: 'controller', base, budget: { metric: 'parameters', share } })],
    ['hypergradient', plain({ planner: 'hypergradient', base })],
    ['genetic', plain({ planner: 'genetic', base, price })],
  ]
}

/** What a method's λ on gates was, as heat maps. */
function figures(method: string, { trial, result }: Found): Markup {
  const segments = rowsOf(result.schedule, result.steps)
    .map(([from, to, layer, term, lambda]) => ({ from, to, layer, term, lambda }))
    .filter(({ term }) => term.includes('/gates'))
  const pressed = new Set(segments.flatMap(({ term, lambda }) => (lambda > 0 ? [term] : [])))
  const maps = lambdaMaps({
    segments: segments.filter(({ term }) => pressed.has(term)),
    layers: trial.supernet.layers,
    phases: trial.schedule.phases.map(({ name, from }) => ({ name, step: from })),
    steps: result.steps,
  })
  return html`<h3>${method}: λ of ${result.schedule.name}, up to</h3>
    ${maps.map(
      ({ term, peak, svg }) =>
        html`<figure>
          <figcaption>${term} ${peak.toPrecision(3)}</figcaption>
          ${svg}
        </figure>`,
    )}`
}

const pageOf = (sections: readonly Markup[]): string =>
  html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <title>Planners · Sentei bench</title>
        <style>
          ${trusted(style)}
        </style>
      </head>
      <body>
        <h1>What planners found</h1>
        <p class="hint">
          λ on gates as it was used with the first seed, by term, layer and iteration. Every map has a scale
          of its own.
        </p>
        <main>${[...sections]}</main>
      </body>
    </html> `.markup

await useBackend('wasm')
const only = valueOf('--only')?.split(',') ?? Object.keys(settings)
const wanted = valueOf('--methods')?.split(',')
const first = Number(valueOf('--first') ?? 1)
const seeds = Array.from({ length: Number(valueOf('--seeds') ?? 5) }, (_, i) => first + i)
const report = valueOf('--report')
const sections: Markup[] = []

for (const data of only) {
  const setting = settings[data]
  if (!setting) throw new Error(`unknown data ${data}; data: ${Object.keys(settings).join(', ')}`)
  const methods = methodsOf(setting).filter(
    ([name]) => !wanted || wanted.some((each) => name.startsWith(each)),
  )
  const found = new Map(methods.map(([name]) => [name, [] as Found[]]))
  // Seed by seed, so that what else the machine does is shared by all methods.
  for (const seed of seeds)
    for (const [name, method] of methods) {
      const one = await method(setting.config, seed)
      found.get(name)!.push(one)
      const { metrics } = one.result
      console.error(
        JSON.stringify({
          data,
          method: name,
          seed,
          test: metrics.test.final,
          share: left(one.result),
          score: score(one),
          jumps: metrics.gap.jumps,
          steps: one.steps,
          seconds: one.seconds,
        }),
      )
    }
  const reference = found.get(setting.base) ?? [...found.values()][0]!
  const rows = methods.map(([name]) => {
    const all = found.get(name)!
    const ratio = (of: (one: Found) => number) =>
      meanAndDeviation(all.map((one, i) => of(one) / of(reference[i]!))).mean.toFixed(2)
    const column = (of: (one: Found) => number, digits: number, unit = 1) => format(all.map(of), digits, unit)
    return [
      name,
      column(({ result }) => result.metrics.test.final!, setting.digits, setting.unit),
      column(({ result }) => left(result), 1, 100),
      column(score, 3),
      ratio(({ steps }) => steps),
      ratio(({ seconds }) => seconds),
    ]
  })
  const title = `${data}, seeds ${seeds.join(', ')}: test ${setting.unit === 1 ? 'RMSE' : 'accuracy in points'}, mean ± standard deviation`
  const head = ['method', 'test', 'parameters %', 'score', 'iterations', 'time']
  console.log(title)
  console.log(`${textTable([head, ...rows])}\n`)
  sections.push(
    html`<section>
      <h2>${title}</h2>
      <table>
        <thead>
          <tr>
            ${head.map((cell) => html`<th>${cell}</th>`)}
          </tr>
        </thead>
        <tbody>
          ${rows.map(
            (row) =>
              html`<tr>
                ${row.map((cell) => html`<td>${cell}</td>`)}
              </tr>`,
          )}
        </tbody>
      </table>
      ${methods.map(([name]) => figures(name, found.get(name)![0]!))}
    </section>`,
  )
  if (report !== undefined) writeFileSync(report, pageOf(sections))
}
