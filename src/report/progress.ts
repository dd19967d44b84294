import { MultiBar, type SingleBar } from 'cli-progress'
import { wrap } from '../base/wrap.js'
import type { Event, Stage } from '../events/types.js'
import type { EventOf } from '../events/types.js'
import { carriedText } from './earlier.js'
import { formatCount, formatNumber, formatSeconds } from './format.js'
import { sparing } from './line-rate.js'
import { alarmText, interventionText, noticeText } from './notice-text.js'

/** Shows the progress of a run. It receives every event; `stop` is called after the last one. */
export interface Progress {
  onEvent(event: Event): void
  stop(): void
}

/** Where progress is written, and what the events do not tell. */
export interface ProgressOptions {
  readonly stream: NodeJS.WritableStream & { readonly columns?: number }
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
export function progressBar({ stream, isTTY, now = Date.now }: ProgressOptions): Progress {
  const display = isTTY ? terminalBar(stream) : plainLines(stream)
  const isDue = isTTY ? () => true : sparing(now)
  const planned: Partial<Record<Stage, number>> = {}
  const removed = new Map<string, number>()
  let metric = 'metric'
  let stage: Stage | null = null
  let startedAt = now()
  // A resumed search starts in the middle, so that its speed is that of the steps since then.
  let from = 0
  /** The last evaluation, if no line told it. */
  let untold: (() => void) | undefined
  /** The most iterations that a step of the search went forward. */
  let fastest = 1

  const onEvaluation = (event: EventOf<'evaluation'>): void => {
    if (event.stage !== 'search') from = 0
    stage = event.stage
    const total = planned[stage]
    untold = () => {
      untold = undefined
      tell(event, total)
    }
    if (isDue(stage, event.step, total)) untold()
  }

  const tell = (event: EventOf<'evaluation'>, total: number | undefined): void => {
    const pace = (now() - startedAt) / 1000 / (event.step - from)
    const left = total === undefined ? null : Math.max(0, total - event.step) * pace
    display.evaluation(event, total, describe(event, metric, left), removals(removed))
    removed.clear()
  }

  const onEvent = (event: Event): void => {
    switch (event.type) {
      case 'start':
        metric = event.metric
        from = event.from ?? 0
        planned.search = event.steps
        planned.baseline = planned.retrain = event.retrainSteps
        break
      case 'removal':
        removed.set(event.layer, (removed.get(event.layer) ?? 0) + event.members.length)
        break
      case 'alarm':
        display.say(alarmText(event))
        break
      case 'evaluation':
        onEvaluation(event)
        break
      case 'done':
        untold?.()
        startedAt = now()
        display.end()
        if (event.stage === 'search' && fastest > 1)
          display.say(`to end in time, the search left out iterations; a step went up to ${fastest} forward`)
        if (event.reason !== 'finished')
          display.say(`${event.stage} stopped at step ${formatCount(event.step)}: ${endings[event.reason]}`)
        break
      case 'lessons':
        display.say(
          `${event.planner} starts from past runs: ${event.runs.join(', ') || 'there are none on similar data'}`,
        )
        break
      case 'attempt':
        display.say(attemptText(event))
        startedAt = now()
        break
      case 'again':
        display.say(`training the network again with seed ${event.seed}, to judge its stability`)
        break
      case 'earlier':
        if (isDue(`search ${event.search}`, event.step, event.steps)) display.say(earlierText(event))
        break
      case 'notice':
        display.say(`search ${event.search + 1} of ${event.of + 1}: ${noticeText(event)}`)
        break
      case 'carried':
        display.say(carriedText(event))
        break
      case 'try':
        display.say(tryText(event))
        startedAt = now()
        break
      case 'intervention':
        // The clock changes the pace often; what that came to is told at the end of the search.
        if (event.by === 'time') fastest = Math.max(fastest, event.what === 'pace' ? Number(event.to) : 1)
        else display.say(interventionText(event))
        break
      case 'allowance':
      case 'kept':
      case 'scale':
      case 'failed':
      case 'phase':
      case 'gates':
      case 'menu':
      case 'stage':
        break
    }
  }
  return { onEvent, stop: () => display.stop() }
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

interface Display {
  say(line: string): void
  evaluation(
    event: EventOf<'evaluation'>,
    total: number | undefined,
    parts: readonly string[],
    removed: string | null,
  ): void
  /** The stage is over: what comes next stands below its bar. */
  end(): void
  stop(): void
}

function plainLines(stream: NodeJS.WritableStream): Display {
  const say = (line: string) => void stream.write(`${plain(line)}\n`)
  return {
    say,
    evaluation({ stage, step }, total, parts, removed) {
      const of = total === undefined ? '' : `/${total}`
      say([`${stage} ${step}${of}`, ...parts, ...(removed === null ? [] : [removed])].join('  '))
    },
    end: () => undefined,
    stop: () => undefined,
  }
}

/** The columns of a terminal that does not tell them. */
const usualColumns = 80

function terminalBar(stream: ProgressOptions['stream']): Display {
  const columns = () => stream.columns ?? usualColumns
  // Each stage has bars of its own: with several at once, lines above them leave parts of them behind.
  let shown: { readonly stage: Stage; readonly bars: MultiBar; readonly bar: SingleBar } | undefined
  const end = () => {
    shown?.bars.stop()
    shown = undefined
  }
  const begin = (stage: Stage, total: number) => {
    end()
    const bars = new MultiBar({
      stream,
      format: '{stage} {bar} {value}/{total}  {text}',
      barsize: barWidth,
      barCompleteChar: '█',
      barIncompleteChar: '░',
      hideCursor: true,
      // A line above the bar takes its place, so that the bar is drawn again even if it has not changed.
      forceRedraw: true,
      // The command line handles interrupts itself.
      gracefulExit: false,
    })
    return { stage, bars, bar: bars.create(total, 0, { stage: stage.padEnd(8), text: '' }) }
  }
  const say = (line: string) => {
    const text = `${wrap(plain(line), columns())}\n`
    if (!shown) return void stream.write(text)
    shown.bars.log(text)
    shown.bars.update()
  }
  return {
    say,
    evaluation({ stage, step }, total = step, parts, removed) {
      if (shown?.stage !== stage) shown = begin(stage, total)
      if (removed !== null) say(removed)
      const most = Math.max(total, step)
      shown.bar.setTotal(most)
      const room = columns() - 8 - barWidth - `${step}/${most}`.length - 5
      shown.bar.update(step, { text: fitting(parts.map(plain), room) })
      // The bar's own timer rarely fires during training.
      shown.bars.update()
    },
    end,
    stop: end,
  }
}

const barWidth = 12

/** The first parts, as far as they fit into a width. */
function fitting(parts: readonly string[], width: number): string {
  const over = parts.findIndex((_, i) => parts.slice(0, i + 1).join('  ').length > width)
  return parts.slice(0, over < 0 ? parts.length : over).join('  ')
}

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

/** `removed 12 candidates: 8 of encoder/dense0, 4 of cell0`; null if nothing was removed. */
function removals(removed: ReadonlyMap<string, number>): string | null {
  if (removed.size === 0) return null
  const total = [...removed.values()].reduce((sum, count) => sum + count, 0)
  const layers = [...removed].map(([layer, count]) => `${count} of ${layer}`)
  const more = layers.length > 4 ? ` and ${layers.length - 4} more layers` : ''
  return `removed ${total} ${total === 1 ? 'candidate' : 'candidates'}: ${layers.slice(0, 4).join(', ')}${more}`
}

/** Removes control characters: names come from files, and must not move the cursor. */
function plain(text: string): string {
  return text.replace(/\p{Cc}/gu, ' ')
}
