import { join } from 'node:path'
import { Interrupted } from '../base/errors.js'
import { checkData } from '../data/check-data.js'
import { readingLine } from '../data/reading.js'
import type { PreparedData, Reading } from '../data/types.js'
import { budgetText } from '../report/budget.js'
import {
  formatCount,
  formatDifference,
  formatNumber,
  formatSeconds,
  formatSi,
  formatWithInterval,
} from '../report/format.js'
import { differenceText, noiseText, removedText } from '../report/honesty.js'
import { progressBar, type Progress } from '../report/progress.js'
import { attemptTexts, toleranceText } from '../report/tolerance.js'
import { wayOn } from '../runs/failure.js'
import type { RunHooks } from '../runs/hooks.js'
import type { FinishedRun } from '../runs/run-folder.js'
import type { MenuFigures } from '../search/state.js'
import { Diverged } from '../train/diverged.js'
import { criterionName } from '../trial/criteria.js'
import type { BenchmarkFigures } from '../trial/figures.js'
import { exitCodes, type Arguments, type CommandContext } from './command.js'
import { integer } from './options.js'
import { beginningLines } from './plan-text.js'
import { textTable } from './table.js'

/**
 * Runs a training with its progress shown, reports the outcome, and returns the exit code of the command.
 * `remedy` is the command that continues after an interrupt.
 */
export async function withOutcome(
  args: Arguments,
  context: CommandContext,
  { remedy }: { readonly remedy: string },
  work: (hooks: RunHooks) => Promise<FinishedRun>,
): Promise<number> {
  const progress = args.quiet ? undefined : progressOf(context)
  let finished: FinishedRun
  let reading: Reading | undefined
  try {
    const workers = integer(args, 'workers', 1)
    finished = await work({
      signal: context.signal,
      ...(context.onStoppable && { onStoppable: context.onStoppable }),
      onNotice: context.say,
      onData: (data) => {
        reading = data.dataset.reading
        if (!args.quiet) for (const line of dataLines(data)) context.say(line)
      },
      onPlan: args.quiet
        ? undefined
        : (plan) => {
            for (const line of beginningLines(plan)) context.say(line)
          },
      ...(workers !== undefined && { workers }),
      ...(progress && { onEvent: (event) => progress.onEvent(event) }),
    })
  } catch (error) {
    progress?.stop()
    if (error instanceof Interrupted) context.say(`${error.message}; go on with "${remedy}"`)
    if (error instanceof Diverged)
      context.say(`change a setting and go on: "${remedy} --set ${wayOn(error.stage)}"`)
    throw error
  }
  progress?.stop()
  return tellOutcome(args, context, finished, reading)
}

/** How the data was interpreted, and warnings about what may spoil a search. */
const dataLines = (data: PreparedData): string[] => {
  const { reading } = data.dataset
  // The warnings include the notes of the reading.
  const { warnings } = checkData(data)
  return [...(reading ? [readingLine(reading)] : []), ...warnings.map((warning) => `warning: ${warning}`)]
}

function progressOf({ stderr }: CommandContext): Progress {
  return progressBar({ stream: stderr, isTTY: stderr.isTTY ?? false })
}

/**
 * Prints a finished run's table, or JSON that also tells how the data was interpreted. Returns 3 if the run
 * does not meet its criteria, otherwise 0.
 */
export function tellOutcome(
  args: Arguments,
  context: CommandContext,
  run: FinishedRun,
  reading?: Reading,
): number {
  const { folder, metrics, timings } = run
  const places = { report: join(folder, 'report.html'), model: join(folder, 'model') }
  if (args.json)
    context.print(
      JSON.stringify({ run: folder, ...places, metrics, timings, ...(reading && { data: reading }) }),
    )
  else context.print(outcomeText(run, places))
  for (const criterion of metrics.criteria.results) {
    const { atLeast, atMost, value, passed } = criterion
    if (passed) continue
    const bound = [atLeast === undefined ? [] : [`≥ ${atLeast}`], atMost === undefined ? [] : [`≤ ${atMost}`]]
    context.say(
      `criterion not met: ${criterionName(criterion)} ${bound.flat().join(' and ')}, got ${formatNumber(value)}`,
    )
  }
  return metrics.criteria.passed ? 0 : exitCodes.criteria
}

function outcomeText({ metrics, timings }: FinishedRun, places: { report: string; model: string }): string {
  const { metric, supernet, baseline, derived, validation, test, gap, removed, noise } = metrics
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
    formatWithInterval(a, noise?.validation?.[which]),
    formatWithInterval(b, noise?.test?.[which]),
  ]
  const table = textTable([
    ['', 'parameters', 'FLOPs', `validation ${metric}`, `test ${metric}`],
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
  ])
  const difference = differenceText(metrics)
  const brackets = noiseText(metrics)
  const { searchSeconds, baselineSeconds, retrainSeconds } = timings
  const seconds = [
    `search ${formatSeconds(searchSeconds)}`,
    ...(baselineSeconds === null
      ? baseline
        ? ['baseline none: the same network']
        : []
      : [`baseline ${formatSeconds(baselineSeconds)}`]),
    `retrain ${formatSeconds(retrainSeconds)}`,
  ]
  return [
    table,
    ...(baseline?.diverged === undefined ? [] : ['', baseline.diverged]),
    '',
    ...(removed?.notice ? [removed.notice, ''] : []),
    ...(removed ? [`removed ${removedText(removed)}`] : []),
    ...(difference === null ? [] : [`noise   derived less unpruned: ${difference}`]),
    ...(brackets === null ? [] : [`        ${brackets}`]),
    `gap (${metric} lost)  jumps ${formatDifference(gap.jumps)}  derived ${formatDifference(gap.derive)}  gates dropped ${formatDifference(gap.gatesDropped)}`,
    ...(metrics.budget ? [`budget  ${metrics.budget.metric}: ${budgetText(metrics.budget)}`] : []),
    ...(metrics.tolerated
      ? [`sizes   ${toleranceText(metrics)!}`, ...attemptTexts(metrics).map((line) => `        ${line}`)]
      : (metrics.menu ?? []).map((entry) => `menu    ${menuText(entry, metric)}`)),
    `time    ${seconds.join('  ')}`,
    ...(metrics.benchmark ? [`table   ${benchmarkText(metrics.benchmark)}`] : []),
    `report  ${places.report}`,
    `model   ${places.model}`,
  ].join('\n')
}

const menuText = ({ size, cost, after }: MenuFigures, metric: string): string =>
  `${size}: ${formatNumber(cost)}, validation ${metric} ${formatNumber(after)} before retraining`

function benchmarkText({ table, metric, rank, of, percentile, regret, matched }: BenchmarkFigures): string {
  if (matched === null) return `${table} lacks the architecture, and isomorphic ones`
  const place = `rank ${formatCount(rank)} of ${formatCount(of)}, percentile ${formatNumber(percentile)}`
  return `${place}, regret ${formatNumber(regret)} by ${metric} in ${table}`
}
