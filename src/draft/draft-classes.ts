import type { Config } from '../config/config-schema.js'
import { countCategories } from '../data/categories.js'
import { distinctCells, labelsOf, type Column } from '../data/column.js'
import type { Choice, DataSection, DraftedData, DraftedRetraining } from './types.js'

/** The share of rows under which a class is rare. */
const rareShare = 0.1

/** The rows of a class below which validation and test have too few of it to choose anything by. */
const fewestRows = 20

/** Into how many bins numbers fall, and the share of the loss that trees teach, in tables of a rare class. */
const [bins, trees] = [16, 0.9]

/** The most columns of which each falls into bins: with more, bins make a network large and slow. */
const mostColumns = 100

const learning: readonly Choice[] = [
  {
    key: ['supernet', 'options', 'bins'],
    why: 'numbers are also sorted into this many bins, so that a network can separate few rows as trees do; the search may remove them',
  },
  {
    key: ['retrain', 'distillation', 'trees'],
    why: 'the share of the loss by which the unpruned network learns from boosted trees; the other networks learn from it; 0 for none',
  },
]

/** What a draft chooses where a class is rare. */
interface DraftedClasses {
  readonly section: Pick<DataSection, 'positive'>
  readonly objective: Pick<Config['objective'], 'metric'>
  /** Of two classes. */
  readonly classes?: NonNullable<Config['classes']>
  /** Of two classes in a table. */
  readonly options?: Readonly<Record<string, number>>
  readonly retrain?: DraftedRetraining
  readonly choices: readonly Choice[]
}

/** The distinct labels that are counted at most: what a column of classes may have. */
const mostLabels = 1000

/** The rows of each class in a column of labels; of none if they are too many to be classes. */
export function classCounts(column: Column): ReadonlyMap<string, number> {
  const distinct = distinctCells(column, mostLabels)
  if (distinct.more) return new Map()
  const labels = labelsOf(distinct)
  const counts = countCategories(labels, column, column.cells.length)
  return new Map(labels.map((label, c) => [label, counts[c]!]))
}

/**
 * Drafted data whose target is a class, with what is chosen where one is rare. `columns` are those of a table, as
 * for `draftClasses`.
 */
export function withRareClass(
  data: DraftedData,
  counts: ReadonlyMap<string, number>,
  columns?: number,
): DraftedData {
  const classDraft = draftClasses(counts, columns)
  if (!classDraft) return data
  const { section, choices, ...sections } = classDraft
  return {
    ...data,
    ...sections,
    section: { ...data.section, ...section },
    choices: [...data.choices, ...choices],
  }
}

/**
 * Chooses by what models are compared, and how a class is decided for, from the rows of each class. A class is
 * rare under 10 % of the rows and under half of an even share, with 20 rows at least; undefined if none is.
 *
 * Accuracy hardly sees a rare class: who never decides for one row in 40 is right in 97.5 %. Average precision
 * sees how its rows are ordered before the others. No weights are set: of two classes a threshold moves decisions as
 * weights would, and of several they cost more than they bring (measured: decision 33).
 *
 * In a table of two classes, of so many `columns`, numbers also fall into bins, and boosted trees teach the network
 * (measured: decision 34).
 */
export function draftClasses(
  counts: ReadonlyMap<string, number>,
  columns = Infinity,
): DraftedClasses | undefined {
  const total = [...counts.values()].reduce((sum, count) => sum + count, 0)
  const most = Math.min(rareShare, 0.5 / counts.size) * total
  const rare = [...counts].filter(([, count]) => count < most && count >= fewestRows)
  if (rare.length === 0) return undefined
  const [name, count] = rare.reduce((least, each) => (each[1] < least[1] ? each : least))
  const percent = ((100 * count) / total).toPrecision(2)
  const why = `${count} of ${total} rows are ${JSON.stringify(name)} (${percent} %)`
  const metric: Choice = {
    key: ['objective', 'metric'],
    why: `${why}, which accuracy hardly shows`,
  }
  const objective = { metric: 'average-precision' } as const
  if (counts.size > 2)
    return {
      section: {},
      objective,
      choices: [
        {
          ...metric,
          why: `${metric.why}; the mean over all classes. classes.weights: balanced decides for rare classes more often, and is less often right`,
        },
      ],
    }
  const isNarrow = columns <= mostColumns
  return {
    section: { positive: name },
    objective,
    classes: { threshold: 'f1' },
    ...(isNarrow && { options: { bins }, retrain: { distillation: { trees } } }),
    choices: [
      { key: ['data', 'positive'], why: 'figures of one class are about the rare one' },
      metric,
      {
        key: ['classes', 'threshold'],
        why: `the probability threshold for ${JSON.stringify(name)} is chosen on validation; the metric cost, with classes.costs, weighs misses and false alarms`,
      },
      ...(isNarrow ? learning : []),
    ],
  }
}
