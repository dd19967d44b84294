import { formatCount, formatNumber, formatPercent, nothing } from '../report/format.js'
import { code, escaped } from '../report/markdown.js'
import { latencyFront } from './latency-front.js'
import {
  ablationTable,
  criticalTable,
  methodsTable,
  preregisteredTable,
  ranksTable,
  setName,
  stabilityTable,
  type Cell,
  type ResultTable,
} from './result-tables.js'
import type { ComparisonSummary, SetSummary } from './summary.js'
import { placeText, type TrialRow } from './types.js'

/**
 * The summary of a comparison as Markdown: the preregistered test, each set, all sets together, failures. Of
 * times it has the latencies of `rows` alone.
 */
export function summaryText(summary: ComparisonSummary, rows: readonly TrialRow[]): string {
  const { sets, against } = summary
  const parts = [
    '# Comparison',
    `Errors are test errors: 1 − the metric for those of which more is better, as accuracy and r2, the metric itself for others. ± is the standard deviation over seeds. Differences are paired by seed, with a 95 % interval by the corrected resampled t-test. Only the p by Holm are corrected for the number of tests.`,
    ...preregisteredPart(summary),
    ...sets.flatMap((each) => setPart(each, against, rows)),
    ...overallPart(summary),
    ...ablationPart(summary),
    ...failuresPart(summary),
  ]
  return `${parts.join('\n\n')}\n`
}

function preregisteredPart({ preregistered }: ComparisonSummary): string[] {
  if (!preregistered) return []
  const { method, against, margin } = preregistered
  return [
    `## Preregistered: ${code(method)} against ${code(against)}`,
    `Named before the run: the error of ${code(method)} is at most ${formatPercent(margin)} above that of ${code(against)}. Shown: the whole interval of the difference is within that. On average: the mean is, and the interval goes beyond.`,
    tableText(preregisteredTable(preregistered)),
  ]
}

function setPart(summary: SetSummary, against: string, rows: readonly TrialRow[]): string[] {
  const { metric, learnt, tested } = summary
  return [
    `## ${escaped(setName(summary))}`,
    `Metric: ${metric ?? nothing}, on ${formatCount(tested)} test rows, after learning from ${formatCount(learnt)}. The least mean error is in bold. Differences are to ${code(against)}.`,
    tableText(methodsTable(summary)),
    ...stabilityPart(summary, against, rows),
  ]
}

const stabilityPart = (set: SetSummary, against: string, rows: readonly TrialRow[]): string[] => {
  const { pareto } = set
  const fast = latencyFront(set, rows)
  return [
    `Not beaten in both error and parameters: ${names(pareto.parameters)}. In both error and FLOPs: ${names(pareto.flops)}.${fast.length > 0 ? ` In both error and measured latency: ${names(fast)}.` : ''}`,
    tableText(stabilityTable(set, against), 'stability'),
  ]
}

const names = (methods: readonly string[]): string =>
  methods.length > 0 ? methods.map(code).join(', ') : nothing

const criticalPart = ({ critical, against }: ComparisonSummary): string[] =>
  critical === null
    ? []
    : [
        `Over ${critical.sets} sets: p of Friedman’s test ${formatNumber(critical.p)}; mean ranks differ at 5 % if they are ${formatNumber(critical.difference)} apart (Nemenyi). ${critical.alike.length === 0 ? 'No methods are closer than that.' : `Closer than that: ${critical.alike.map((run) => run.map(code).join(', ')).join('; ')}.`}`,
        tableText(criticalTable(critical), `against ${against}`),
      ]

const overallPart = (summary: ComparisonSummary): string[] => [
  ...ranksPart(summary),
  ...criticalPart(summary),
]

const ranksPart = (summary: ComparisonSummary): string[] => [
  '## All sets',
  `Ranks are by mean error, 1 the best, over ${summary.sets.length} ${summary.sets.length === 1 ? 'set' : 'sets'}; wins are over ${code(summary.against)}, seed by seed.`,
  tableText(ranksTable(summary)),
]

const ablationPart = ({ ablation }: ComparisonSummary): string[] =>
  ablation === null
    ? []
    : [
        `## What the schedule of ${code(ablation.method)} bought`,
        `Each row lacks a part of it: a term, a phase, or how λ differs over iterations (t) and layers (k). Differences are to the whole schedule: above 0, the part was worth it.`,
        ...ablation.sets.flatMap((set) => [`### ${escaped(setName(set))}`, tableText(ablationTable(set))]),
      ]

const failuresPart = ({ failures }: ComparisonSummary): string[] =>
  failures.length === 0
    ? []
    : [
        '## Failures',
        failures.map((row) => `- ${escaped(placeText(row))}: ${escaped(row.failed!)}`).join('\n'),
      ]

/** A table in Markdown. The first column, named by what its rows are of, is aligned to the left, the others to the right. */
function tableText({ rowsOf, columns, rows }: ResultTable, first: string = rowsOf): string {
  const nameText = rowsOf === 'method' ? code : escaped
  const head = [first, ...columns].map(escaped)
  const lines = rows.map(({ name, cells }) => [nameText(name), ...cells.map(cellText)])
  return [head, head.map((_, i) => (i === 0 ? '---' : '---:')), ...lines]
    .map((cells) => `| ${cells.join(' | ')} |`)
    .join('\n')
}

const cellText = (cell: Cell): string =>
  typeof cell === 'string' ? cell : cell.mark === 'best' ? `**${cell.text}** (best)` : cell.text
