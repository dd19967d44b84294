import { amount } from '../report/budget.js'
import { formatCount, formatNumber, formatPercent, formatSeconds, formatSi } from '../report/format.js'
import type { RunPlan } from '../runs/plan-run.js'
import { attemptsOf } from '../trial/smallest.js'
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
  const choices = `${formatCount(supernet.members)} candidates in ${formatCount(supernet.groups)} choices`
  const limit = limitBytes === null ? '' : ` of ${size(limitBytes)}`
  const stages = memory.map(
    ({ stage, earlier, rows, peakBytes, heldBytes, recomputed, parts, fits, largestRows }) => {
      const again = recomputed > 0 ? `, ${recomputed} of ${parts} parts computed twice` : ''
      const most = largestRows === null ? '' : `; at most ${formatCount(largestRows)} examples fit`
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
    togetherText(minutes, training, budget),
    ...budgetLines(budget),
    ...wishes,
  ].join('\n')
}

/**
 * Describes in a few lines what will run and how long it may take, shown before a search begins. `seconds` is
 * the time that the run was given.
 */
export function beginningLines(
  { supernet, smallest, minutes, training, budget }: RunPlan,
  seconds?: number,
): string[] {
  const [least, most] = rangeOf(minutes, training, budget)
  const isCut = seconds !== undefined && seconds < 60 * most
  const shorter =
    least > longMinutes && seconds === undefined
      ? ['shorter  --time 10m ends it in ten minutes; --set data.limit=1000 takes fewer rows']
      : []
  return [
    `space    ${supernet.name}: ${formatCount(supernet.parameters)} parameters, ${formatCount(supernet.members)} candidates in ${formatCount(supernet.groups)} choices; the smallest network that may be left has ${formatCount(smallest.parameters)} parameters`,
    ...trainingLines(training),
    ...budgetLines(budget),
    timeText(minutes),
    togetherText(minutes, training, budget),
    ...(isCut ? [`         --time: training is shortened to end within ${formatSeconds(seconds)}`] : []),
    ...shorter,
  ]
}

/** Longer runs get a hint how to shorten them, in minutes. */
const longMinutes = 15

/**
 * The least and the most minutes. In the best case, retraining stops early, and a single size is retrained,
 * but against the best size all are.
 */
function rangeOf(
  { earlier, search, baseline, retrain, further }: RunPlan['minutes'],
  { retrain: { steps, earlyStop } }: RunPlan['training'],
  budget: RunPlan['budget'],
): [number, number] {
  const searches = earlier.reduce((a, b) => a + b, search)
  const shortest = Math.min(1, (earlyStop?.steps ?? steps) / steps)
  const attempts = budget?.against === 'best' ? 1 : attemptsOf(budget ?? undefined)
  const others = (baseline ?? 0) + further
  return [searches + shortest * (others + retrain / attempts), searches + others + retrain]
}

const budgetLines = (budget: RunPlan['budget']): string[] =>
  budget ? [`budget   ${budgetText(budget)}`] : []

function togetherText(...parts: Parameters<typeof rangeOf>): string {
  const [least, most] = rangeOf(...parts)
  return least < most
    ? `         together from ${duration(least)} (if training stops early) to ${duration(most)}`
    : `         together at most ${duration(most)}`
}

function timeText(minutes: RunPlan['minutes']): string {
  const time = [
    ...minutes.earlier.map((each, i) => `search ${i + 1}, before the last, at most ${duration(each)}`),
    `search at most ${duration(minutes.search)} (${Number(minutes.stepMs.toPrecision(2))} ms a step)`,
    ...(minutes.baseline === null
      ? []
      : [`baseline (the unpruned supernet) about ${duration(minutes.baseline)}`]),
    `retraining at most ${duration(minutes.retrain)}`,
    ...(minutes.further === 0
      ? []
      : [`with other seeds, for the criterion stability, at most ${duration(minutes.further)}`]),
  ]
  return `time     ${time.join(', ')}`
}

function budgetText(budget: NonNullable<RunPlan['budget']>): string {
  const { metric, limit, whole, least, tolerance, against } = budget
  const other = against === 'best' ? "the best size's" : "the unpruned supernet's"
  const parts = [
    ...(tolerance === undefined
      ? []
      : [
          `the smallest network whose error is within ${formatPercent(tolerance)} of ${other}; up to ${attemptsOf(budget)} sizes are retrained to find it`,
        ]),
    ...(limit < whole || tolerance === undefined
      ? [`at most ${amount(limit)} of ${amount(whole)} ${metric}`]
      : []),
    ...(tolerance === undefined ? [`no legal architecture has less than ${amount(least)}`] : []),
  ]
  return parts.join('; ')
}

const size = (bytes: number): string =>
  bytes < 2 ** 30 ? `${Math.ceil(bytes / 2 ** 20)} MiB` : `${(bytes / 2 ** 30).toFixed(2)} GiB`

const duration = (minutes: number): string => formatSeconds(minutes * 60)
