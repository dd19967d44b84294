import type { Event, EventOf, Stage } from '../events/types.js'
import { plainLines, terminalBar, type Display, type Terminal } from './displays.js'
import { carriedText } from './earlier.js'
import { formatCount, formatNumber, formatSeconds } from './format.js'
import { sparing } from './line-rate.js'
import { alarmText, interventionText, noticeText } from './notice-text.js'

/** Shows the progress of a run. It receives every event; `stop` is called after the last one. */
export interface ProgressDisplay {
  onEvent(event: Event): void
  stop(): void
}

/** Where progress is written, and what the events do not tell. */
export interface ProgressOptions {
  readonly stream: Terminal
  /**
   * Whether the stream is a terminal, on which a bar is redrawn. Otherwise, plain lines without control
   * characters are written.
   */
  readonly isTTY: boolean
  /** A clock in milliseconds, for the time left. */
  readonly now?: () => number
}

/**
 * Shows the events of a run as a bar that moves with each evaluation, or as lines, one for about each tenth of
 * a stage and one for its end, with removals and alarms.
 */
export function progressBar({ stream, isTTY, now = Date.now }: ProgressOptions): ProgressDisplay {
  const display = isTTY ? terminalBar(stream) : plainLines(stream)
  const isDue = isTTY ? () => true : sparing(now)
  const stages = stageProgress(display, isDue, now)
  const onEvent = (event: Event): void => {
    stages.onEvent(event)
    if (event.type === 'earlier' && !isDue(`search ${event.search}`, event.step, event.steps)) return
    for (const line of linesOf(event)) display.say(line)
    // What came before a line of this kind is no part of the next stage's time.
    if (event.type === 'attempt' || event.type === 'try') stages.restart()
  }
  return { onEvent, stop: () => display.stop() }
}

/** Shows evaluations and the ends of stages, with the time that is left and what was removed. */
function stageProgress(display: Display, isDue: ReturnType<typeof sparing>, now: () => number) {
  const planned: Partial<Record<Stage, number>> = {}
  const removed = new Map<string, number>()
  let metric = 'metric'
  let startedAt = now()
  // A resumed search starts in the middle, so that its speed is that of the steps since then.
  let from = 0
  /** The last evaluation, if no line told it. */
  let untold: EventOf<'evaluation'> | undefined
  /** The most iterations that a step of the search went forward. */
  let fastest = 1

  const tell = (event: EventOf<'evaluation'>): void => {
    untold = undefined
    const total = planned[event.stage]
    const pace = (now() - startedAt) / 1000 / (event.step - from)
    const left = total === undefined ? null : Math.max(0, total - event.step) * pace
    display.evaluation(event, total, describe(event, metric, left), removals(removed))
    removed.clear()
  }

  const onEvaluation = (event: EventOf<'evaluation'>): void => {
    if (event.stage !== 'search') from = 0
    untold = event
    if (isDue(event.stage, event.step, planned[event.stage])) tell(event)
  }

  const onDone = (event: EventOf<'done'>): void => {
    if (untold) tell(untold)
    startedAt = now()
    display.end()
    if (event.stage === 'search' && fastest > 1)
      display.say(`to end in time, the search left out iterations; a step went up to ${fastest} forward`)
  }

  return {
    onEvent(event: Event): void {
      if (event.type === 'start') {
        metric = event.metric
        from = event.from ?? 0
        planned.search = event.steps
        planned.baseline = planned.retrain = event.retrainSteps
      } else if (event.type === 'removal')
        removed.set(event.layer, (removed.get(event.layer) ?? 0) + event.members.length)
      else if (event.type === 'evaluation') onEvaluation(event)
      else if (event.type === 'done') onDone(event)
      else if (event.type === 'intervention' && event.by === 'time' && event.what === 'pace')
        fastest = Math.max(fastest, Number(event.to))
    },
    restart: () => void (startedAt = now()),
  }
}

/** The lines that an event is told by, beside the bar. */
function linesOf(event: Event): readonly string[] {
  switch (event.type) {
    case 'alarm':
      return [alarmText(event)]
    case 'done':
      return event.reason === 'finished'
        ? []
        : [`${event.stage} stopped at step ${formatCount(event.step)}: ${endings[event.reason]}`]
    case 'lessons':
      return [
        `${event.planner} starts from past runs: ${event.runs.join(', ') || 'there are none on similar data'}`,
      ]
    case 'attempt':
      return [attemptText(event)]
    case 'teacher':
      return [`training teacher ${event.teacher} of ${event.of}, another unpruned supernet`]
    case 'again':
      return [`training the network again with seed ${event.seed}, to judge its stability`]
    case 'earlier':
      return [earlierText(event)]
    case 'notice':
      return [`search ${event.search + 1} of ${event.of + 1}: ${noticeText(event)}`]
    case 'carried':
      return [carriedText(event)]
    case 'try':
      return [tryText(event)]
    case 'intervention':
      // The clock changes the pace often; what that came to is told at the end of the search.
      return event.by === 'time' ? [] : [interventionText(event)]
    case 'start':
    case 'removal':
    case 'evaluation':
    case 'allowance':
    case 'kept':
    case 'scale':
    case 'failed':
    case 'phase':
    case 'gates':
    case 'menu':
    case 'stage':
      return []
  }
}

const attemptText = ({ size }: EventOf<'attempt'>): string =>
  size === null
    ? 'retraining the network that the search ended with'
    : `retraining the network of size ${size}, where 1 is the whole supernet`

const endings = {
  'early-stop': 'it no longer improved',
  time: 'its time was over',
  alarm: 'an alarm stopped it',
  interrupted: 'it was interrupted',
} as const

const earlierText = ({ search, of, step, steps, loss, validation, parameters }: EventOf<'earlier'>): string =>
  `search ${search + 1} of ${of + 1}, ${step}/${steps}  loss ${formatNumber(loss)}  validation ${formatNumber(validation)}  ${formatCount(parameters)} parameters`

const tryText = ({ number, generation, steps, error, cost }: EventOf<'try'>): string =>
  `try ${number}: generation ${generation + 1}, ${steps} iterations, error ${formatNumber(error)}, cost ${formatNumber(100 * cost)} %`

/**
 * What an evaluation found, the most interesting first: `accuracy 0.871`, `41,223 parameters`,
 * `1 min 20 s left`, `loss 0.512`.
 */
const describe = (event: EventOf<'evaluation'>, metric: string, left: number | null): string[] => [
  `${metric} ${formatNumber(event.validation)}`,
  `${formatCount(event.parameters)} parameters`,
  ...(left === null ? [] : [`${formatSeconds(Math.round(left))} left`]),
  `loss ${formatNumber(event.loss.total)}`,
]

/** `removed 12 members: 8 of encoder/dense0, 4 of cell0`; null if nothing was removed. */
function removals(removed: ReadonlyMap<string, number>): string | null {
  if (removed.size === 0) return null
  const total = [...removed.values()].reduce((sum, count) => sum + count, 0)
  const layers = [...removed].map(([layer, count]) => `${count} of ${layer}`)
  const more = layers.length > 4 ? ` and ${layers.length - 4} more layers` : ''
  return `removed ${total} ${total === 1 ? 'member' : 'members'}: ${layers.slice(0, 4).join(', ')}${more}`
}
