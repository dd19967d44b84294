import { formatCount, formatNumber, formatPercent, formatSeconds, formatSi } from '../report/format.js'
import type { RunPlan } from '../runs/plan-run.js'
import { mostAttempts } from '../trial/smallest.js'
import { textTable } from './table.js'
import { trainingLines } from './training-text.js'

/** A plan in words: sizes, memory, minutes, and which budgets can be met. */
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
  const time = [
    ...minutes.earlier.map((each, i) => `search ${i + 1}, before the last, at most ${duration(each)}`),
    `search at most ${duration(minutes.search)} (${formatNumber(minutes.stepMs)} ms a step)`,
    ...(minutes.baseline === null ? [] : [`baseline about ${duration(minutes.baseline)}`]),
    `retraining at most ${duration(minutes.retrain)}`,
  ]
  const limits = budget ? [`budget   schedule: ${budgetText(budget)}`] : []
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
    `time     ${time.join(', ')}`,
    ...limits,
    ...wishes,
  ].join('\n')
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

/** A limit may be a share of a count; what is met is a whole number or milliseconds. */
const amount = (value: number): string =>
  value >= 100 ? formatCount(Math.floor(value)) : formatNumber(value)

const size = (bytes: number): string =>
  bytes < 2 ** 30 ? `${(bytes / 2 ** 20).toFixed(0)} MiB` : `${(bytes / 2 ** 30).toFixed(2)} GiB`

const duration = (minutes: number): string => formatSeconds(minutes * 60)
