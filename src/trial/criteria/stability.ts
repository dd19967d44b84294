import type { Criterion } from '../../config/criterion-schema.js'
import { metricFor, metricOn } from './rows.js'
import type { CriterionKind, Measurement, Repeat } from './types.js'

/** Trainings where no number is given. */
const usualSeeds = 3

/**
 * The standard deviation of the metric `of` over `seeds` trainings of the same network: the run's own, and
 * others with the seeds that follow. One that diverges has no metric, and then there is no deviation.
 */
export const stability: CriterionKind = {
  onRows: true,
  keys: ['of', 'seeds'],
  async measure(model, criterion) {
    const rows = model.data.splits[criterion.split]
    if (rows.length === 0) return { value: null }
    const repeats = await model.repeated(seedsOf(criterion))
    const diverged = repeats.find(({ outputs }) => outputs === null)
    if (diverged) return { value: null, where: `seed ${diverged.seed} diverged` }
    const name = metricFor(model, criterion)
    const values = repeats.map(({ outputs }) => metricOn({ ...model, outputs: outputs! }, name, rows)!)
    return { value: deviation(values), where: whereOf(repeats, values) }
  },
  remedy:
    'train longer (retrain.epochs), keep an average of the weights (retrain.average), or bring more rows; a bound below what the number of rows allows cannot be met',
}

const seedsOf = ({ seeds = usualSeeds }: Criterion): number => seeds

/** The trainings beside a run's own that its criteria ask for. */
export const furtherTrainings = (criteria: readonly Criterion[]): number =>
  Math.max(0, ...criteria.map((each) => (each.metric === 'stability' ? seedsOf(each) - 1 : 0)))

/** The values themselves, since a deviation of few says little. */
const whereOf = (repeats: readonly Repeat[], values: readonly number[]): Measurement['where'] =>
  `${values.map((value) => Number(value.toPrecision(4))).join(', ')} with seeds ${repeats.map(({ seed }) => seed).join(', ')}`

/** The standard deviation of a sample. */
function deviation(values: readonly number[]): number {
  const mean = values.reduce((sum, each) => sum + each, 0) / values.length
  return Math.sqrt(values.reduce((sum, each) => sum + (each - mean) ** 2, 0) / (values.length - 1))
}
