import { amount } from '../report/budget.js'
import { formatCount, formatNumber, formatPercent, formatSeconds, formatSi } from '../report/format.js'
import type { RunPlan } from '../runs/plan-run.js'
import type { Span } from '../trial/expected.js'
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
  const choices = `${formatCount(supernet.members)} members in ${formatCount(supernet.groups)} choices`
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
    ...timeLines(minutes),
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
  const { typical, most } = minutes.total
  const isCut = seconds !== undefined && seconds < 60 * most
  const shorter =
    typical > longMinutes && seconds === undefined
      ? ['shorter  --time 10m ends it in ten minutes; --set data.limit=1000 takes fewer rows']
      : []
  return [
    `space    ${supernet.name}: ${formatCount(supernet.parameters)} parameters, ${formatCount(supernet.members)} members in ${formatCount(supernet.groups)} choices; the smallest network that may be left has ${formatCount(smallest.parameters)} parameters`,
    ...trainingLines(training),
    ...budgetLines(budget),
    ...timeLines(minutes),
    ...(isCut
      ? [`         --time: what does not fit is shortened, to end within ${formatSeconds(seconds)}`]
      : []),
    ...shorter,
  ]
}

/** Longer runs get a hint how to shorten them, in minutes. */
const longMinutes = 15

const budgetLines = (budget: RunPlan['budget']): string[] =>
  budget ? [`budget   ${budgetText(budget)}`] : []

/** The time of the whole run, and of its parts. */
function timeLines(minutes: RunPlan['minutes']): string[] {
  const { earlier, search, baseline, retrain, further, rivals, rest, total } = minutes
  const part = (name: string, span: Span | null): string[] =>
    span === null ? [] : [`${name} ${duration(span.typical)}${upTo(span)}`]
  const parts = [
    ...earlier.flatMap((each, i) => part(`search ${i + 1}, before the last,`, each)),
    ...part('search', search),
    ...part('baseline (the unpruned supernet)', baseline),
    ...part('retraining', retrain),
    ...part('with other seeds, for the criterion stability,', further),
    ...part('rivals', rivals),
    ...part('figures and report', rest),
  ]
  return [
    `time     about ${duration(total.typical)}; at most ${duration(total.most)}, if nothing is removed and no training stops early`,
    `         ${parts.join(', ')}`,
  ]
}

/** The most, where it is shown as another number than the typical one. */
const upTo = ({ typical, most }: Span): string =>
  duration(most) === duration(typical) ? '' : ` (at most ${duration(most)})`

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

/** Seconds are not shown to a tenth: no machine is that even. */
const duration = (minutes: number): string =>
  formatSeconds(minutes * 60 < 10 ? Number((minutes * 60).toPrecision(1)) : Math.round(minutes * 60))
