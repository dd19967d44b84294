import { MultiBar, type SingleBar } from 'cli-progress'
import type { Event, Stage } from '../events/types.js'
import type { EventOf } from '../events/types.js'
import { carriedText } from './earlier.js'
import { formatCount, formatNumber, formatSeconds } from './format.js'
import { alarmText, interventionText, noticeText } from './notice-text.js'

/** Shows the progress of a run. It receives every event; `stop` is called after the last one. */
export interface Progress {
  onEvent(event: Event): void
  stop(): void
}

/** Where progress is written, and what the events do not tell. */
export interface ProgressOptions {
  readonly stream: NodeJS.WritableStream
  /**
   * Whether the stream is a terminal, on which a bar is redrawn. Otherwise, plain lines without control
   * characters are written.
   */
  readonly isTTY: boolean
  /** A clock in milliseconds, for the time left. */
  readonly now?: () => number
}

/** Shows the events of a run as a bar or as lines, at most one per evaluation, with removals and alarms. */
export function progressBar({ stream, isTTY, now = Date.now }: ProgressOptions): Progress {
  const display = isTTY ? terminalBar(stream) : plainLines(stream)
  const planned: Partial<Record<Stage, number>> = {}
  const removed = new Map<string, number>()
  let metric = 'metric'
  let stage: Stage | null = null
  let startedAt = now()
  // A resumed search starts in the middle, so that its speed is that of the steps since then.
  let from = 0

  const onEvaluation = (event: EventOf<'evaluation'>): void => {
    if (event.stage !== 'search') from = 0
    stage = event.stage
    const total = planned[stage]
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
        startedAt = now()
        if (event.reason !== 'finished') display.say(`${event.stage}: ${event.reason} at step ${event.step}`)
        break
      case 'lessons':
        display.say(
          `${event.planner} starts from past runs: ${event.runs.join(', ') || 'there are none on similar data'}`,
        )
        break
      case 'attempt':
        display.say(`retrains ${attemptText(event)}`)
        startedAt = now()
        break
      case 'earlier':
        display.say(earlierText(event))
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
        display.say(interventionText(event))
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

const attemptText = ({ size, cost }: EventOf<'attempt'>): string =>
  `${size === null ? 'what the search ended with' : `the size ${size}`}: cost ${formatNumber(cost)}`

const earlierText = ({ search, of, step, steps, loss, validation, parameters }: EventOf<'earlier'>): string =>
  `search ${search + 1} of ${of + 1}, ${step}/${steps}  loss ${formatNumber(loss)}  validation ${formatNumber(validation)}  ${formatCount(parameters)} parameters`

const tryText = ({ number, generation, steps, error, cost }: EventOf<'try'>): string =>
  `try ${number}: generation ${generation + 1}, ${steps} iterations, error ${formatNumber(error)}, cost ${formatNumber(100 * cost)} %`

interface Display {
  say(line: string): void
  evaluation(
    event: EventOf<'evaluation'>,
    total: number | undefined,
    text: string,
    removed: string | null,
  ): void
  stop(): void
}

function plainLines(stream: NodeJS.WritableStream): Display {
  const say = (line: string) => void stream.write(`${plain(line)}\n`)
  return {
    say,
    evaluation({ stage, step }, total, text, removed) {
      const of = total === undefined ? '' : `/${total}`
      say(`${stage} ${step}${of}  ${text}${removed === null ? '' : `  ${removed}`}`)
    },
    stop: () => undefined,
  }
}

function terminalBar(stream: NodeJS.WritableStream): Display {
  const bars = new MultiBar({
    stream,
    format: '{stage} {bar} {value}/{total}  {text}',
    barsize: 20,
    barCompleteChar: '█',
    barIncompleteChar: '░',
    hideCursor: true,
    // The command line handles interrupts itself.
    gracefulExit: false,
  })
  const shown = new Map<Stage, SingleBar>()
  const say = (line: string) => bars.log(`${plain(line)}\n`)
  return {
    say,
    evaluation({ stage, step }, total = step, text, removed) {
      if (removed !== null) say(removed)
      const bar = shown.get(stage) ?? bars.create(total, 0, { stage, text })
      shown.set(stage, bar)
      bar.setTotal(Math.max(total, step))
      bar.update(step, { stage: stage.padEnd(8), text: plain(text) })
      // The bar's own timer rarely fires during training.
      bars.update()
    },
    stop() {
      bars.update()
      bars.stop()
    },
  }
}

/** `loss 0.512  accuracy 0.871  41,223 parameters  1 min 20 s left`. */
function describe(event: EventOf<'evaluation'>, metric: string, left: number | null): string {
  const parts = [
    `loss ${formatNumber(event.loss.total)}`,
    `${metric} ${formatNumber(event.validation)}`,
    `${formatCount(event.parameters)} parameters`,
  ]
  return [...parts, ...(left === null ? [] : [`${formatSeconds(Math.round(left))} left`])].join('  ')
}

/** `removed 12: encoder/dense0 8, cell0 4`; null if nothing was removed. */
function removals(removed: ReadonlyMap<string, number>): string | null {
  if (removed.size === 0) return null
  const total = [...removed.values()].reduce((sum, count) => sum + count, 0)
  const layers = [...removed].map(([layer, count]) => `${layer} ${count}`)
  const more = layers.length > 4 ? ` and ${layers.length - 4} more layers` : ''
  return `removed ${total}: ${layers.slice(0, 4).join(', ')}${more}`
}

/** Removes control characters: names come from files, and must not move the cursor. */
function plain(text: string): string {
  return text.replace(/\p{Cc}/gu, ' ')
}
