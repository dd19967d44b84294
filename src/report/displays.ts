import { MultiBar, type SingleBar } from 'cli-progress'
import { wrap } from '../base/wrap.js'
import type { EventOf, Stage } from '../events/types.js'

/** A stream that may tell how wide it is. */
export type Terminal = NodeJS.WritableStream & { readonly columns?: number }

/** Where evaluations and lines are shown. */
export interface Display {
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

/** A log: a line for each evaluation. */
export function plainLines(stream: NodeJS.WritableStream): Display {
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

/** A bar that is drawn again in place, with lines above it. */
export function terminalBar(stream: Terminal): Display {
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

/** Removes control characters: names come from files, and must not move the cursor. */
function plain(text: string): string {
  return text.replace(/\p{Cc}/gu, ' ')
}
