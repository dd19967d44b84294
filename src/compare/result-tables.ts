import {
  formatCount,
  formatDifference,
  formatDifferenceWithInterval,
  formatNumber,
  formatPercent,
  nothing,
} from '../report/format.js'
import type { PairedDifference } from './difference.js'
import type { AblationSummary, ComparisonSummary, MethodSummary, SetSummary, Spread } from './summary.js'

/** How the text of a cell is to be read: the least mean error, or what became of a claim. */
export type Mark = 'best' | 'passed' | 'open' | 'failed'

/** A text, or a text that stands out. */
export type Cell = string | { readonly text: string; readonly mark: Mark }

/** A table of results before it is written, in Markdown (`summary-text.ts`) or in HTML (`page/`). */
export interface ResultTable {
  /** What the rows are of: methods have names of the document, sets a size as well. */
  readonly rowsOf: 'method' | 'set'
  /** The names of the columns after the first. */
  readonly columns: readonly string[]
  readonly rows: readonly { readonly name: string; readonly cells: readonly Cell[] }[]
}

/** The name of a set with its number of rows, if that is limited. */
export const setName = ({ set, size }: Pick<SetSummary, 'set' | 'size'>): string =>
  size === 'all' ? set : `${set}, ${formatCount(size)} rows`

/** What was named before the run, and what became of it on each set. */
export const preregisteredTable = ({
  verdicts,
}: NonNullable<ComparisonSummary['preregistered']>): ResultTable => ({
  rowsOf: 'set',
  columns: ['verdict', ...differenceColumns, 'allowed', 'p, sign-flip', 'p, corrected t'],
  rows: verdicts.map(({ difference, allowed, verdict, ...set }) => ({
    name: setName(set),
    cells: [
      { text: verdict, mark: markOf[verdict] },
      ...differenceCells(difference),
      formatNumber(allowed),
      ...pCells(difference),
    ],
  })),
})

const markOf = { shown: 'passed', 'on average': 'open', 'not met': 'failed', unknown: 'open' } as const

/** The errors and costs of the methods on a set, and their differences to one of them. */
export const methodsTable = ({ methods }: SetSummary): ResultTable => ({
  rowsOf: 'method',
  columns: [
    'trials',
    'failed',
    'error',
    'parameters',
    'share',
    'search steps',
    ...differenceColumns,
    'p, sign-flip',
    'p, corrected t',
    'effect size d_z',
    'won / tied / lost',
  ],
  rows: methods.map((each) => ({ name: each.method, cells: methodCells(each) })),
})

function methodCells(each: MethodSummary): Cell[] {
  const { trials, failed, error, parameters, share, searchSteps, best, difference } = each
  const text = spreadText(error, formatNumber)
  return [
    String(trials),
    String(failed),
    best ? { text, mark: 'best' } : text,
    spreadText(parameters, formatCount),
    formatPercent(share),
    formatCount(searchSteps),
    ...differenceCells(difference),
    ...pCells(difference),
    formatDifferenceWithInterval(difference?.effect?.dz, difference?.effect?.interval),
    difference ? `${difference.wins} / ${difference.ties} / ${difference.losses}` : nothing,
  ]
}

/** How much the results of a set vary: over seeds, over test rows, at the end of the training, in what is kept. */
export const stabilityTable = ({ methods }: SetSummary, against: string): ResultTable => ({
  rowsOf: 'method',
  columns: [
    'std over seeds',
    `by that of ${against}`,
    'p, Pitman–Morgan',
    'std over test rows',
    'std of last losses',
    'agreement of architectures',
  ],
  rows: methods.map(({ method, error, difference, stability: { bootstrap, losses, agreement } }) => ({
    name: method,
    cells: [error?.std, difference?.spread?.ratio, difference?.spread?.p, bootstrap, losses, agreement].map(
      formatNumber,
    ),
  })),
})

/** What a schedule is without each of its parts, on one set. */
export const ablationTable = ({ methods }: AblationSummary['sets'][number]): ResultTable => ({
  rowsOf: 'method',
  columns: ['trials', 'error', 'parameters', ...differenceColumns, 'p, corrected t'],
  rows: methods.map(({ method, trials, error, parameters, difference }) => ({
    name: method,
    cells: [
      String(trials),
      spreadText(error, formatNumber),
      spreadText(parameters, formatCount),
      ...differenceCells(difference),
      formatNumber(difference?.t?.p),
    ],
  })),
})

/** Mean ranks over the sets, and wins seed by seed. */
export const ranksTable = ({ overall, against }: ComparisonSummary): ResultTable => ({
  rowsOf: 'method',
  columns: ['mean rank', 'failed', 'won', 'tied', 'lost'],
  rows: overall.map(({ method, rank, failed, wins, ties, losses }) => ({
    name: method,
    cells: [
      formatNumber(rank),
      String(failed),
      ...(method === against ? [nothing, nothing, nothing] : [wins, ties, losses].map(String)),
    ],
  })),
})

/** The tests of every method against one, over the sets. */
export const criticalTable = ({ pairs }: NonNullable<ComparisonSummary['critical']>): ResultTable => ({
  rowsOf: 'method',
  columns: ['p, Wilcoxon', 'p, by Holm'],
  rows: pairs.map(({ method, p, holm }) => ({ name: method, cells: [formatNumber(p), formatNumber(holm)] })),
})

const spreadText = (spread: Spread | null, format: (value: unknown) => string): string =>
  spread === null ? nothing : `${format(spread.mean)}${spread.std === null ? '' : ` ± ${format(spread.std)}`}`

const differenceColumns = ['pairs', 'difference', 'in percent']

const differenceCells = (difference: PairedDifference | null): string[] =>
  difference
    ? [
        String(difference.pairs),
        formatDifferenceWithInterval(difference.mean, difference.t?.interval),
        difference.relative === null ? nothing : `${formatDifference(100 * difference.relative)} %`,
      ]
    : [nothing, nothing, nothing]

const pCells = (difference: PairedDifference | null): string[] => [
  formatNumber(difference?.signFlip),
  formatNumber(difference?.t?.p),
]
