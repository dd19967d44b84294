import { formatCount, formatNumber, formatPercent, formatSeconds, formatSi } from '../report/format.js'
import type { RunPlan } from '../runs/plan-run.js'
import { mostAttempts } from '../trial/smallest.js'
import { textTable } from './table.js'
import { trainingLines } from './training-text.js'

/** Describes everything that is known about a run before it begins. */
export function planText({
  supernet,
  smallest,
  memory,
  limitBytes,
  minutes,
  budget,
  budgets,
  training,
}: RunPlan): string {
  const sizes = textTable([
    ['', 'parameters', 'FLOPs', 'depth'],
    [
      `supernet ${supernet.name}`,
      formatCount(supernet.parameters),
      formatSi(supernet.flops),
      String(supernet.depth),
    ],
    [
      'smallest legal network',
      formatCount(smallest.parameters),
      formatSi(smallest.flops),
      String(smallest.depth),
    ],
  ])
  const choices = `${supernet.groups} gate groups, ${supernet.members} members`
  const limit = limitBytes === null ? '' : ` of ${size(limitBytes)}`
  const stages = memory.map(
    ({ stage, earlier, rows, peakBytes, heldBytes, recomputed, parts, fits, largestRows }) => {
      const again = recomputed > 0 ? `, ${recomputed} of ${parts} parts computed twice` : ''
      const most = largestRows === null ? '' : `; at most ${largestRows} examples fit`
      const verdict = fits ? '' : 'DOES NOT FIT: '
      const place = earlier === undefined ? stage : `search ${earlier + 1}, before the last`
      return `memory   ${place}: ${verdict}${size(peakBytes + heldBytes)}${limit} with ${rows} examples${again}${most}`
    },
  )
  const wishes = budgets.map(
    ({ criterion, feasible, least }) =>
      `budget   ${criterion}: ${feasible ? 'feasible' : 'NOT FEASIBLE'}, the least is ${formatNumber(least)}`,
  )
  return [
    sizes,
    choices,
    '',
    ...trainingLines(training),
    ...stages,
    timeText(minutes),
    ...budgetLines(budget),
    ...wishes,
  ].join('\n')
}

/** Describes in a few lines what will run and how long it may take, shown before a search begins. */
export function beginningLines({ supernet, smallest, minutes, training, budget }: RunPlan): string[] {
  const [least, most] = rangeOf(minutes, training, budget)
  const shorter = least > longMinutes ? ['shorter  --time 10m, or fewer rows: --set data.limit=1000'] : []
  return [
    `space    ${supernet.name}: ${formatCount(supernet.parameters)} parameters, ${formatCount(supernet.members)} candidates in ${formatCount(supernet.groups)} choices; the smallest network that may be left has ${formatCount(smallest.parameters)}`,
    ...trainingLines(training),
    ...budgetLines(budget),
    timeText(minutes),
    least < most
      ? `         together ${duration(least)}, if training soon gains nothing more, to ${duration(most)}`
      : `         together at most ${duration(most)}`,
    ...shorter,
  ]
}

/** Longer runs get a hint how to shorten them, in minutes. */
const longMinutes = 15

/**
 * The least and the most minutes. In the best case, retraining stops early, and a single size is retrained.
 */
function rangeOf(
  { earlier, search, baseline, retrain }: RunPlan['minutes'],
  { retrain: { steps, earlyStop } }: RunPlan['training'],
  budget: RunPlan['budget'],
): [number, number] {
  const searches = earlier.reduce((a, b) => a + b, search)
  const shortest = Math.min(1, (earlyStop?.steps ?? steps) / steps)
  const attempts = budget?.tolerance === undefined ? 1 : mostAttempts
  return [searches + shortest * ((baseline ?? 0) + retrain / attempts), searches + (baseline ?? 0) + retrain]
}

const budgetLines = (budget: RunPlan['budget']): string[] =>
  budget ? [`budget   schedule: ${budgetText(budget)}`] : []

function timeText(minutes: RunPlan['minutes']): string {
  const time = [
    ...minutes.earlier.map((each, i) => `search ${i + 1}, before the last, at most ${duration(each)}`),
    `search at most ${duration(minutes.search)} (${formatNumber(minutes.stepMs)} ms a step)`,
    ...(minutes.baseline === null ? [] : [`baseline about ${duration(minutes.baseline)}`]),
    `retraining at most ${duration(minutes.retrain)}`,
  ]
  return `time     ${time.join(', ')}`
}

function budgetText({ metric, limit, whole, least, tolerance }: NonNullable<RunPlan['budget']>): string {
  const parts = [
    ...(tolerance === undefined
      ? []
      : [
          `the smallest within ${formatPercent(tolerance)} of the unpruned supernet's error; up to ${mostAttempts} sizes are retrained`,
        ]),
    ...(limit < whole || tolerance === undefined
      ? [`at most ${amount(limit)} of ${amount(whole)} ${metric}`]
      : []),
    `no legal architecture has less than ${amount(least)}${tolerance === undefined ? '' : ` of ${amount(whole)} ${metric}`}`,
  ]
  return parts.join('; ')
}

/**
 * A limit may be fractional, but what it bounds is a whole number or milliseconds, so that large ones are
 * rounded down.
 */
const amount = (value: number): string =>
  value >= 100 ? formatCount(Math.floor(value)) : formatNumber(value)

const size = (bytes: number): string =>
  bytes < 2 ** 30 ? `${(bytes / 2 ** 20).toFixed(0)} MiB` : `${(bytes / 2 ** 30).toFixed(2)} GiB`

const duration = (minutes: number): string => formatSeconds(minutes * 60)
