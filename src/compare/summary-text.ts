import {
  formatCount,
  formatDifference,
  formatDifferenceWithInterval,
  formatNumber,
  formatPercent,
  nothing,
} from '../report/format.js'
import { code, escaped } from '../report/markdown.js'
import type { PairedDifference } from './difference.js'
import { latencyFront } from './latency-front.js'
import type { ComparisonSummary, MethodSummary, SetSummary, Spread } from './summary.js'
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
  const { method, against, margin, verdicts } = preregistered
  return [
    `## Preregistered: ${code(method)} against ${code(against)}`,
    `Named before the run: the error of ${code(method)} is at most ${formatPercent(margin)} above that of ${code(against)}. Shown: the whole interval of the difference is within that. On average: the mean is, and the interval goes beyond.`,
    table(
      ['set', 'pairs', 'difference', 'in percent', 'allowed', 'p, sign-flip', 'p, corrected t', 'verdict'],
      verdicts.map(({ set, size, difference, allowed, verdict }) => [
        setName({ set, size }),
        ...differenceCells(difference),
        formatNumber(allowed),
        ...pCells(difference),
        verdict,
      ]),
    ),
  ]
}

function setPart(summary: SetSummary, against: string, rows: readonly TrialRow[]): string[] {
  const { set, size, metric, learnt, tested, methods } = summary
  return [
    `## ${setName({ set, size })}`,
    `Metric: ${metric ?? nothing}, on ${formatCount(tested)} test rows, after learning from ${formatCount(learnt)}. The least mean error is in bold. Differences are to ${code(against)}.`,
    table(
      [
        'method',
        'trials',
        'failed',
        'error',
        'parameters',
        'share',
        'search steps',
        'pairs',
        'difference',
        'in percent',
        'p, sign-flip',
        'p, corrected t',
        'effect size d_z',
        'won / tied / lost',
      ],
      methods.map(methodCells),
    ),
    ...stabilityPart(summary, against, rows),
  ]
}

function methodCells(each: MethodSummary): string[] {
  const { method, trials, failed, error, parameters, share, searchSteps, best, difference } = each
  const shownError = spreadText(error, formatNumber)
  return [
    code(method),
    String(trials),
    String(failed),
    best ? `**${shownError}** (best)` : shownError,
    spreadText(parameters, formatCount),
    formatPercent(share),
    formatCount(searchSteps),
    ...differenceCells(difference),
    ...pCells(difference),
    formatDifferenceWithInterval(difference?.effect?.dz, difference?.effect?.interval),
    difference ? `${difference.wins} / ${difference.ties} / ${difference.losses}` : nothing,
  ]
}

const stabilityPart = (set: SetSummary, against: string, rows: readonly TrialRow[]): string[] => {
  const { methods, pareto } = set
  const fast = latencyFront(set, rows)
  return [
    `Not beaten in both error and parameters: ${names(pareto.parameters)}. In both error and FLOPs: ${names(pareto.flops)}.${fast.length > 0 ? ` In both error and measured latency: ${names(fast)}.` : ''}`,
    table(
      [
        'stability',
        'std over seeds',
        `by that of ${code(against)}`,
        'p, Pitman–Morgan',
        'std over test rows',
        'std of last losses',
        'agreement of architectures',
      ],
      methods.map(({ method, error, difference, stability: { bootstrap, losses, agreement } }) => [
        code(method),
        formatNumber(error?.std),
        ...[difference?.spread?.ratio, difference?.spread?.p, bootstrap, losses, agreement].map(formatNumber),
      ]),
    ),
  ]
}

const names = (methods: readonly string[]): string =>
  methods.length > 0 ? methods.map(code).join(', ') : nothing

const criticalPart = ({ critical, against }: ComparisonSummary): string[] =>
  critical === null
    ? []
    : [
        `Over ${critical.sets} sets: p of Friedman’s test ${formatNumber(critical.p)}; mean ranks differ at 5 % if they are ${formatNumber(critical.difference)} apart (Nemenyi). ${critical.alike.length === 0 ? 'No methods are closer than that.' : `Closer than that: ${critical.alike.map((run) => run.map(code).join(', ')).join('; ')}.`}`,
        table(
          [`against ${code(against)}`, 'p, Wilcoxon', 'p, by Holm'],
          critical.pairs.map(({ method, p, holm }) => [code(method), formatNumber(p), formatNumber(holm)]),
        ),
      ]

const overallPart = (summary: ComparisonSummary): string[] => [
  ...ranksPart(summary),
  ...criticalPart(summary),
]

const ranksPart = ({ overall, sets, against }: ComparisonSummary): string[] => [
  '## All sets',
  `Ranks are by mean error, 1 the best, over ${sets.length} ${sets.length === 1 ? 'set' : 'sets'}; wins are over ${code(against)}, seed by seed.`,
  table(
    ['method', 'mean rank', 'failed', 'won', 'tied', 'lost'],
    overall.map(({ method, rank, failed, wins, ties, losses }) => [
      code(method),
      formatNumber(rank),
      String(failed),
      ...(method === against ? [nothing, nothing, nothing] : [wins, ties, losses].map(String)),
    ]),
  ),
]

const ablationPart = ({ ablation }: ComparisonSummary): string[] =>
  ablation === null
    ? []
    : [
        `## What the schedule of ${code(ablation.method)} bought`,
        `Each row lacks a part of it: a term, a phase, or how λ differs over iterations (t) and layers (k). Differences are to the whole schedule: above 0, the part was worth it.`,
        ...ablation.sets.flatMap(({ set, size, methods }) => [
          `### ${setName({ set, size })}`,
          table(
            [
              'method',
              'trials',
              'error',
              'parameters',
              'pairs',
              'difference',
              'in percent',
              'p, corrected t',
            ],
            methods.map(({ method, trials, error, parameters, difference }) => [
              code(method),
              String(trials),
              spreadText(error, formatNumber),
              spreadText(parameters, formatCount),
              ...differenceCells(difference),
              formatNumber(difference?.t?.p),
            ]),
          ),
        ]),
      ]

const failuresPart = ({ failures }: ComparisonSummary): string[] =>
  failures.length === 0
    ? []
    : [
        '## Failures',
        failures.map((row) => `- ${escaped(placeText(row))}: ${escaped(row.failed!)}`).join('\n'),
      ]

const setName = ({ set, size }: { readonly set: string; readonly size: number | 'all' }): string =>
  size === 'all' ? escaped(set) : `${escaped(set)}, ${formatCount(size)} rows`

const spreadText = (spread: Spread | null, format: (value: unknown) => string): string =>
  spread === null ? nothing : `${format(spread.mean)} ± ${format(spread.std)}`

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

/** A table in Markdown. The first column is aligned to the left, the others to the right. */
const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map((_, i) => (i === 0 ? '---' : '---:')), ...rows]
    .map((cells) => `| ${cells.join(' | ')} |`)
    .join('\n')
