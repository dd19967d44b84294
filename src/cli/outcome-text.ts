import { amount, budgetText } from '../report/budget.js'
import { decisionTexts } from '../report/decision.js'
import {
  formatCount,
  formatDifference,
  formatNumber,
  formatSeconds,
  formatSi,
  formatWithInterval,
  nothing,
} from '../report/format.js'
import { chanceText, unprunedDifferenceText, noiseText, removedText } from '../report/honesty.js'
import { rivalSize, rivalTexts, rivalTitle } from '../report/rivals.js'
import { metricTitle } from '../objective/metric-title.js'
import { otherMetrics } from '../report/test-metrics.js'
import { attemptTexts, toleranceText } from '../report/tolerance.js'
import type { FinishedRun } from '../runs/run-folder.js'
import type { MenuFigures } from '../search/state.js'
import type { BenchmarkFigures } from '../trial/figures.js'
import { textTable } from './table.js'

type Metrics = FinishedRun['metrics']

/** A finished run for a reader: the table of its networks, what the figures mean, and what to do next. */
export function outcomeText(
  { folder, config, metrics, timings }: FinishedRun,
  places: { readonly report: string; readonly model: string },
): string {
  const { metric, baseline, removed } = metrics
  const difference = unprunedDifferenceText(metrics)
  const chance = chanceText(metrics)
  const brackets = noiseText(metrics)
  const gap = gapText(metrics)
  return [
    resultTable(metrics),
    ...(baseline?.diverged === undefined ? [] : ['', baseline.diverged]),
    '',
    ...(removed?.notice ? [removed.notice, ''] : []),
    ...alsoText(metrics),
    ...(removed ? [`removed  ${removedText(removed)}`] : []),
    ...(difference === null
      ? []
      : [`noise    derived minus unpruned: ${difference}${chance === null ? '' : `; ${chance}`}`]),
    ...(brackets === null ? [] : [`         ${brackets}`]),
    ...labelled('decides', decisionTexts(metrics)),
    ...labelled('rivals', rivalTexts(metrics, config.rivals)),
    ...(gap === null ? [] : [`gap      ${gap}`]),
    ...(metrics.budget ? [`budget   ${metrics.budget.metric}: ${budgetText(metrics.budget)}`] : []),
    ...(metrics.tolerated
      ? [`sizes    ${toleranceText(metrics)!}`, ...attemptTexts(metrics).map((line) => `         ${line}`)]
      : (metrics.menu ?? []).map((entry) => `menu     ${menuText(entry, metric)}`)),
    `time     ${timeText(timings, baseline !== null)}`,
    ...(metrics.benchmark ? [`table    ${benchmarkText(metrics.benchmark)}`] : []),
    `report   ${places.report}`,
    `model    ${places.model}`,
    `next     sentei predict ${folder} --data FILE, where FILE has the same columns`,
  ].join('\n')
}

/** Lines of which the first has a label. */
const labelled = (label: string, lines: readonly string[]): string[] =>
  lines.map((line, i) => `${i === 0 ? label : ''}`.padEnd(9) + line)

/**
 * The table of the networks. It must fit into 80 columns, so that only the last split that was measured shows
 * its intervals; the report and the metrics have all of them.
 */
function resultTable({
  metric,
  supernet,
  baseline,
  derived,
  validation,
  test,
  removed,
  noise,
  rivals = [],
}: Metrics): string {
  const last = test.final === null ? 'validation' : 'test'
  const cell = (
    split: 'validation' | 'test',
    value: number | null,
    which: 'supernet' | 'baseline' | 'final',
  ) => formatWithInterval(value, split === last ? noise?.[split]?.[which] : undefined)
  const row = (
    name: string,
    cost: { parameters: number; flops: number },
    a: number | null,
    b: number | null,
    which: 'supernet' | 'baseline' | 'final',
  ) => [
    name,
    formatCount(cost.parameters),
    formatSi(cost.flops),
    cell('validation', a, which),
    cell('test', b, which),
  ]
  const heading = (split: 'validation' | 'test') =>
    split === last ? `${split} ${metricTitle(metric)}${noise?.[split] ? ' [95 %]' : ''}` : split
  return textTable([
    ['', 'parameters', 'FLOPs', heading('validation'), heading('test')],
    row('supernet', supernet, validation.supernet, test.supernet, 'supernet'),
    ...(baseline
      ? [row('unpruned, retrained', baseline, baseline.validation, baseline.test, 'baseline')]
      : []),
    row(
      removed?.members === 0 ? 'derived, nothing removed' : 'derived, retrained',
      derived,
      validation.final,
      test.final,
      'final',
    ),
    ...rivals.map((rival) => [
      ...[rivalTitle(rival), rivalSize(rival), nothing],
      ...(['validation', 'test'] as const).map((split) =>
        formatWithInterval(rival[split], split === last ? rival.noise[split]?.interval : undefined),
      ),
    ]),
  ])
}

/** The other metrics of the derived network on test, some to a line. */
function alsoText(metrics: Metrics): string[] {
  const shown = otherMetrics(metrics).map(([name, value]) => `${name} ${value}`)
  const lines: string[] = []
  for (const each of shown) {
    const last = lines.at(-1)
    if (last !== undefined && last.length + each.length + 2 <= widest)
      lines[lines.length - 1] = `${last}, ${each}`
    else lines.push(each)
  }
  return lines.map((line, i) => (i === 0 ? 'on test' : '').padEnd(9) + line)
}

/** The columns beside the names of the lines. */
const widest = 71

/** How much of the metric was lost on the way from the supernet to the derived network, before retraining. */
function gapText({ metric, gap }: Metrics): string | null {
  const parts = [
    ...(gap.jumps === null ? [] : [`${formatDifference(gap.jumps)} when members were removed`]),
    ...(gap.derive === null ? [] : [`${formatDifference(gap.derive)} when the network was derived`]),
    ...(gap.gatesDropped === null
      ? []
      : [
          `${formatDifference(gap.gatesDropped)} when its gates were dropped${gap.gatesDropped > 0 ? ', which retraining repairs' : ''}`,
        ]),
  ]
  return parts.length === 0 ? null : `${metric} lost: ${parts.join(', ')}`
}

function timeText(
  { searchSeconds, baselineSeconds, retrainSeconds, rivalsSeconds }: FinishedRun['timings'],
  hasBaseline: boolean,
) {
  const baseline =
    baselineSeconds === null
      ? hasBaseline
        ? ['baseline none: the same network']
        : []
      : [`baseline ${formatSeconds(baselineSeconds)}`]
  return [
    `search ${formatSeconds(searchSeconds)}`,
    ...baseline,
    `retrain ${formatSeconds(retrainSeconds)}`,
    ...(rivalsSeconds === undefined ? [] : [`rivals ${formatSeconds(rivalsSeconds)}`]),
  ].join(', ')
}

const menuText = ({ size, cost, after }: MenuFigures, metric: string): string =>
  `size ${size}: cost ${amount(cost)}, validation ${metric} ${formatNumber(after)} before retraining`

function benchmarkText({ table, metric, rank, of, percentile, regret, matched }: BenchmarkFigures): string {
  if (matched === null) return `${table} lacks the architecture, and isomorphic ones`
  const place = `rank ${formatCount(rank)} of ${formatCount(of)}, percentile ${formatNumber(percentile)}`
  return `${place}, regret ${formatNumber(regret)} by ${metric} in ${table}`
}
