import { resamplingOf } from '../data/resampling.js'
import { bootstrap, percentileInterval, resamples, type Interval } from '../objective/bootstrap.js'
import type { MeasuredRows } from '../objective/metric.js'
import { evaluateRows, valueOf } from '../train/evaluate.js'
import type { Network } from '../train/network.js'
import type { MeasuredSplits, Noise, SplitNoise } from './figures.js'
import type { Trial } from './types.js'

/** Measures the metric of a network row by row. */
export const measureRows = ({ data, metric }: Trial, network: Network): MeasuredSplits => ({
  validation: evaluateRows(network, data, data.splits.validation, metric),
  test: evaluateRows(network, data, data.splits.test, metric),
})

/**
 * The uncertainty of a trial's figures. `baseline` and `final` are the same object if they are the same
 * network.
 */
export function noiseOf(
  trial: Trial,
  measured: {
    readonly supernet: MeasuredSplits | null
    readonly baseline: MeasuredSplits | null
    readonly final: MeasuredSplits
  },
): Noise {
  const of = (split: keyof MeasuredSplits) =>
    splitNoise(trial, split, {
      supernet: measured.supernet?.[split] ?? null,
      baseline: measured.baseline?.[split] ?? null,
      final: measured.final[split],
    })
  return { resamples, validation: of('validation'), test: of('test') }
}

/**
 * Completes the uncertainty of a retrained network with what an earlier run measured: of the supernet and,
 * unless there is a `newer` one, of the baseline. The earlier run's difference is kept only if the network is
 * the `same`, because its pairs of rows are not stored.
 */
export function withEarlier(
  noise: Noise,
  earlier: Noise | undefined,
  { newer, same }: { readonly newer: boolean; readonly same: boolean },
): Noise {
  const of = (split: keyof MeasuredSplits): SplitNoise | null => {
    const [now, then] = [noise[split], earlier?.[split]]
    if (!now || !then) return now
    return {
      ...now,
      supernet: then.supernet,
      ...(!newer && { baseline: then.baseline, difference: same ? then.difference : null }),
    }
  }
  return { ...noise, validation: of('validation'), test: of('test') }
}

function splitNoise(
  { data, config, metric, random }: Trial,
  split: keyof MeasuredSplits,
  rows: Readonly<Record<'supernet' | 'baseline' | 'final', MeasuredRows | null>>,
): SplitNoise | null {
  if (data.splits[split].length === 0) return null
  const resampling = resamplingOf(data.dataset, config.split, data.splits[split])
  const known = Object.entries(rows).flatMap(([name, each]) => (each ? [[name, each] as const] : []))
  const drawn = bootstrap(
    metric,
    known.map(([, each]) => each),
    resampling,
    random,
  )
  const values = new Map(known.map(([name], i) => [name, drawn?.[i]]))
  const interval = (name: string): Interval | null => {
    const samples = values.get(name)
    return samples ? percentileInterval(samples) : null
  }
  const [a, b] = [values.get('final'), values.get('baseline')]
  const [final, baseline] = [valueOf(rows.final), valueOf(rows.baseline)]
  return {
    of: resampling.of,
    draws: resampling.draws,
    supernet: interval('supernet'),
    baseline: interval('baseline'),
    final: interval('final'),
    difference:
      final === null || baseline === null
        ? null
        : {
            value: final - baseline,
            interval: a && b ? percentileInterval(a.map((value, i) => value - b[i]!)) : null,
          },
  }
}
