import { Interrupted } from '../../base/errors.js'
import { nextTurn } from '../../base/next-turn.js'
import { gather } from '../../data/batches.js'
import { withDecision } from '../../data/decision.js'
import { resamplingOf } from '../../data/resampling.js'
import { outputsOf } from '../../data/types.js'
import { bootstrap, percentileInterval } from '../../objective/bootstrap.js'
import type { MeasuredRows } from '../../objective/metric.js'
import { optionsOf } from '../../objective/metric-options.js'
import { metrics } from '../../objective/metrics.js'
import { valueOf } from '../../train/evaluate.js'
import { decisionOf } from '../decide.js'
import type { MeasuredSplits } from '../figures.js'
import type { Trial, TrialHooks } from '../types.js'
import type { RivalFigures, RivalNoise, RivalSize } from './figures.js'
import { trialRivals } from './index.js'

/** A rival that has learnt and was measured row by row. */
interface Competitor {
  readonly name: string
  readonly size: RivalSize
  readonly measured: MeasuredSplits
}

/**
 * Trains the rivals that the configuration asks for and compares them with the derived network, whose rows
 * are given. Undefined if it asks for none. The result depends on the data and the seed alone. Throws
 * Interrupted if a signal stops it.
 */
export async function compete(
  trial: Trial,
  { signal }: Pick<TrialHooks, 'signal'>,
  derived: MeasuredSplits,
): Promise<RivalFigures[] | undefined> {
  const { rivals } = trial.config
  if (rivals === undefined || rivals.length === 0) return undefined
  const pause = async () => {
    await nextTurn()
    if (signal?.aborted) throw new Interrupted('interrupted while rivals were trained')
  }
  const competitors: Competitor[] = []
  for (const name of rivals) {
    const fitted = await trialRivals[name].fit({ ...trial, task: trial.config.objective.task }, pause)
    if (fitted) competitors.push({ name, size: fitted.size, measured: measure(trial, fitted.predict) })
  }
  const noise = {
    validation: noiseOn(trial, 'validation', derived, competitors),
    test: noiseOn(trial, 'test', derived, competitors),
  }
  return competitors.map(({ name, size, measured }, i) => ({
    name,
    ...size,
    validation: valueOf(measured.validation),
    test: valueOf(measured.test),
    noise: { validation: noise.validation[i]!, test: noise.test[i]! },
  }))
}

/** What each row contributes to the metric of anything that predicts, deciding for classes as the network does. */
function measure(trial: Trial, predict: (rows: Uint32Array) => ArrayLike<number>): MeasuredSplits {
  const { splits } = trial.data
  const { dataset } = withDecision(
    trial.data,
    decisionOf(trial, () => predict(splits.validation)),
  )
  const width = outputsOf(dataset.task)
  const perRow = dataset.task.kind === 'classification' ? 1 : width
  const of = (rows: Uint32Array): MeasuredRows | null =>
    rows.length === 0
      ? null
      : metrics[trial.metric].rows(
          predict(rows),
          gather(dataset.targets, perRow, rows),
          width,
          optionsOf(dataset.task),
        )
  return { validation: of(splits.validation), test: of(splits.test) }
}

/** The intervals of rivals on a split, and of the derived network's differences to them, in pairs. */
function noiseOn(
  { data, config, metric, random }: Trial,
  split: keyof MeasuredSplits,
  derived: MeasuredSplits,
  rivals: readonly Competitor[],
): (RivalNoise | null)[] {
  const derivedRows = derived[split]
  if (!derivedRows) return rivals.map(() => null)
  const rows = rivals.map(({ measured }) => measured[split]!)
  const resampling = resamplingOf(data.dataset, config.split, data.splits[split])
  const drawn = bootstrap(metric, [derivedRows, ...rows], resampling, random)
  return rows.map((each, i) => {
    const value = valueOf(derivedRows)! - valueOf(each)!
    const [a, b] = [drawn?.[0], drawn?.[i + 1]]
    return {
      interval: b ? percentileInterval(b) : null,
      difference: { value, interval: a && b ? percentileInterval(a.map((x, j) => x - b[j]!)) : null },
    }
  })
}
