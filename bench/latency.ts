/**
 * How well the sum of measured operations predicts how long a whole network takes: random architectures of two
 * spaces, each measured twice in turns. The median error of the prediction stands beside that of measuring
 * again, and with the rank correlation (Spearman's).
 *
 *     npm run build && node dist/bench/latency.js [--only nas-bench-201] [--runtime onnxruntime-web] [--architectures 30] [--runs 40]
 */
import { quantile } from '../src/base/quantile.js'
import { InputError } from '../src/base/errors.js'
import { textTable } from '../src/cli/table.js'
import { validate } from '../src/config/validator.js'
import { randomArchitecture } from '../src/derive/random.js'
import { randomSource, useBackend } from '../src/index.js'
import { filled, memberTimes, networkOf } from '../src/runs/member-times.js'
import { runners, runtimeNames, timeRuns } from '../src/runs/runtimes.js'
import { spaceOf } from '../src/setup/supernet-of.js'
import type { Supernet } from '../src/supernet/types.js'
import { valueOf } from './command-line.js'

const spaces: Record<string, object> = { 'nas-bench-201': { cells: 2 }, 'mobile-chain': {} }
const input = [32, 32, 3]

const only = valueOf('--only')
const count = Number(valueOf('--architectures') ?? 30)
const runs = Number(valueOf('--runs') ?? 40)
const name = valueOf('--runtime')
const chosen = runtimeNames.filter((each) => (name === undefined ? each !== 'sentei' : each === name))
if (chosen.length === 0)
  throw new InputError(`--runtime: expected one of ${runtimeNames.join(', ')}, got ${name}`)

function supernetOf(space: string): Supernet {
  const found = spaceOf(space, '--only')
  const options: unknown = validate(found.options, spaces[space] ?? {}, 'options')
  return found.build({ options: options as never, input, outputs: 10, kind: 'images' })
}

/** The median of |a / b − 1| over pairs, as a share. */
const medianError = (pairs: readonly (readonly [number, number])[]): number =>
  quantile(
    pairs.map(([a, b]) => Math.abs(a / b - 1)).sort((a, b) => a - b),
    0.5,
  )

const ranks = (values: readonly number[]): number[] =>
  values.map((value) => {
    const below = values.filter((other) => other < value).length
    const equal = values.filter((other) => other === value).length
    return below + (equal - 1) / 2
  })

/** Spearman's rank correlation. */
function rankCorrelation(a: readonly number[], b: readonly number[]): number {
  const centred = (values: readonly number[]) => {
    const own = ranks(values)
    const mean = own.reduce((sum, x) => sum + x, 0) / own.length
    return own.map((x) => x - mean)
  }
  const [x, y] = [centred(a), centred(b)]
  const dot = (u: readonly number[], v: readonly number[]) =>
    u.reduce((sum, each, i) => sum + each * v[i]!, 0)
  return dot(x, y) / Math.sqrt(dot(x, x) * dot(y, y))
}

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`

await useBackend('wasm', { plain: chosen.every((each) => each !== 'sentei') })
const rows = [
  [
    'space',
    'runtime',
    'ms, least to most',
    'prediction, least',
    'again, least',
    'prediction, p50',
    'again, p50',
    'rank correlation',
  ],
]
for (const space of Object.keys(spaces).filter((each) => only === undefined || each === only)) {
  const supernet = supernetOf(space)
  const random = randomSource(2)
  const lefts = Array.from({ length: count }, (_, index) => randomArchitecture(supernet, random, { index })!)
  for (const runtime of chosen) {
    const times = memberTimes(supernet, runtime, { runs })
    const measured: { predicted: number; first: Latency; second: Latency }[] = []
    for (const left of lefts) {
      const predicted = await times.predict(left)
      measured.push({ predicted, first: { p50: 0, least: 0 }, second: { p50: 0, least: 0 } })
    }
    // In turns, so that what else the machine does falls on both rounds alike.
    for (const round of ['first', 'second'] as const)
      for (const [index, left] of lefts.entries()) {
        const runner = await runners[runtime](filled(networkOf(left)))
        measured[index]![round] = await timeRuns(runner, { runs })
        await runner.dispose()
      }
    const least = measured.map(({ first }) => first.least)
    const pairs = (of: keyof Latency, a: 'predicted' | 'second') =>
      measured.map((each) => [a === 'predicted' ? each.predicted : each.second[of], each.first[of]] as const)
    rows.push([
      space,
      runtime,
      `${Math.min(...least).toFixed(2)} to ${Math.max(...least).toFixed(2)}`,
      percent(medianError(pairs('least', 'predicted'))),
      percent(medianError(pairs('least', 'second'))),
      percent(medianError(pairs('p50', 'predicted'))),
      percent(medianError(pairs('p50', 'second'))),
      rankCorrelation(
        measured.map(({ predicted }) => predicted),
        least,
      ).toFixed(3),
    ])
    console.log(textTable(rows))
  }
}

interface Latency {
  readonly p50: number
  readonly least: number
}
