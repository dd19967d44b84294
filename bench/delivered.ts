/**
 * What a user gains by a derived network: its time for one example in onnxruntime-web beside that of the whole
 * supernet, which is a mixture of all candidates with equal weights. The searches are short, because times depend
 * on the shapes and not on what weights are worth; sizes are the defaults of each space. Both models are held in
 * one process and timed in turns, in rounds.
 *
 *     npm run build && node dist/bench/delivered.js [--only darts-cell] [--rounds 5] [--runs 100]
 */
import { quantile } from '../src/base/quantile.js'
import { InputError } from '../src/base/errors.js'
import { textTable } from '../src/cli/table.js'
import { resolveConfig } from '../src/config/load-config.js'
import { unprunedNetwork } from '../src/derive/network.js'
import type { PlainNetwork } from '../src/export/fold.js'
import { bareOnnx } from '../src/export/onnx/bare.js'
import { costOf } from '../src/nn/cost.js'
import { runTrial, setupTrial, useBackend } from '../src/index.js'
import { filled } from '../src/runs/member-times.js'
import { runners, timeRuns } from '../src/runs/runtimes.js'
import { valueOf } from './command-line.js'

/** The data of each space, and the share of its parameters that may stay: most of `temporal-conv` is no choice. */
const cases: Record<string, { readonly source: string; readonly share: number }> = {
  'mlp-cell': { source: 'concrete', share: 0.34 },
  'temporal-conv': { source: 'chicago', share: 0.75 },
  'darts-cell': { source: 'digits', share: 0.34 },
  'nas-bench-201': { source: 'digits', share: 0.34 },
}

const only = valueOf('--only')
const rounds = Number(valueOf('--rounds') ?? 5)
const runs = Number(valueOf('--runs') ?? 100)
const spaces = Object.keys(cases).filter((each) => only === undefined || each === only)
if (spaces.length === 0)
  throw new InputError(`--only: expected one of ${Object.keys(cases).join(', ')}, got ${only}`)

/** The whole supernet of a space, and what a short search leaves of it. */
async function networksOf(space: string): Promise<{ supernet: PlainNetwork; derived: PlainNetwork }> {
  const { source, share } = cases[space]!
  const short = { steps: 40, batch: 32 }
  const config = resolveConfig({
    data: { source },
    supernet: { space },
    budget: { share },
    search: short,
    retrain: { ...short, baseline: false, distillation: { share: 0 } },
  })
  const trial = await setupTrial(config, '.')
  const { graph, values } = await runTrial(trial, { emit: () => undefined })
  const whole = unprunedNetwork(trial.supernet, { ...trial.config.retrain, gates: 'keep' })
  return { supernet: filled(whole.graph), derived: { graph, values } }
}

interface Round {
  readonly p50: number
  readonly least: number
}

/** Times both networks in turns. */
async function timed(networks: readonly PlainNetwork[]): Promise<Round[][]> {
  const made = []
  for (const network of networks) made.push(await runners['onnxruntime-web'](network))
  const found: Round[][] = networks.map(() => [])
  for (let round = 0; round < rounds; round++)
    for (const [i, runner] of made.entries()) found[i]!.push(await timeRuns(runner, { runs, warmUpMs: 1000 }))
  for (const runner of made) await runner.dispose()
  return found
}

const median = (values: readonly number[]): number =>
  quantile(
    values.toSorted((a, b) => a - b),
    0.5,
  )
const p50 = (found: readonly Round[]): number => median(found.map((each) => each.p50))
const least = (found: readonly Round[]): number => Math.min(...found.map((each) => each.least))
const ms = (value: number): string => value.toPrecision(3)

await useBackend('wasm')
const head = ['space', 'data', 'parameters', 'FLOPs', 'bytes', 'p50, ms', 'least, ms', 'faster, p50', 'least']
const rows = [head]
for (const space of spaces) {
  const { supernet, derived } = await networksOf(space)
  const [before, after] = (await timed([supernet, derived])) as [Round[], Round[]]
  const figure = (of: (network: PlainNetwork) => number) => `${of(supernet)} → ${of(derived)}`
  rows.push([
    ...[space, cases[space]!.source],
    figure(({ graph }) => costOf(graph).parameters),
    figure(({ graph }) => costOf(graph).flops),
    figure((network) => bareOnnx(network).length),
    `${ms(p50(before))} → ${ms(p50(after))}`,
    `${ms(least(before))} → ${ms(least(after))}`,
    `${(p50(before) / p50(after)).toFixed(2)} ×`,
    `${(least(before) / least(after)).toFixed(2)} ×`,
  ])
  console.log(textTable(rows))
}
