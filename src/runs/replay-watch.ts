import type { Tape, TimedCall } from '../backend/recorder.js'
import { bytesOfTapes } from '../backend/tape-bytes.js'
import { oneAfterAnother } from '../train/gradients.js'
import { RecordedPasses } from '../train/recorded-passes.js'
import type { ShardExecutor } from '../train/shard.js'

/** What a recorded step costs. Times are in milliseconds; those of steps and of their replays are medians. */
export interface ReplayFigures {
  /** The number of calls of kernels in the passes of a step. */
  readonly calls: number
  /** The memory of the recordings, in MB of 2²⁰ bytes. */
  readonly memoryMB: number
  /** The part of it that tensors take; the rest is calls, constants and scratch memory. */
  readonly tensorsMB: number
  readonly kernelsMs: number
  /** The time for reading the calls, measured after the steps. */
  readonly interpreterMs: number
  /** The rest of the step: batches, gates, the optimizer, λ. */
  readonly javascriptMs: number
}

/**
 * An event for Chromium's trace viewer. Times are in microseconds; the phase `X` is an event with a duration.
 */
export interface TraceEvent {
  readonly name: string
  readonly ph: 'X'
  readonly ts: number
  readonly dur: number
  readonly pid: number
  readonly tid: number
}

/** Computes shards in this thread by recorded passes, and measures their replays. Dispose it after use. */
export interface ReplayWatch {
  readonly execute: ShardExecutor
  /** Marks the beginning of a step. If it is `traced`, each of its calls is timed. */
  begin(traced: boolean): void
  /** Marks the end of the step that began last, which took `ms` milliseconds. */
  end(ms: number): void
  /** Undefined if no step was replayed. */
  figures(): ReplayFigures | undefined
  /** The events of the steps that were traced, and of their calls of kernels. */
  trace(): TraceEvent[]
  dispose(): void
}

export function replayWatch(): ReplayWatch {
  const tapes = new Set<Tape>()
  const steps: { readonly stepMs: number; readonly replayMs: number }[] = []
  const events: TraceEvent[] = []
  let [began, replayMs, calls, traced] = [0, 0, 0, false]
  const replay = (tape: Tape): void => {
    tapes.add(tape)
    calls += tape.calls
    const start = performance.now()
    if (traced) for (const call of tape.timed()) events.push(eventOf(call))
    else tape.replay()
    replayMs += performance.now() - start
  }
  const passes = new RecordedPasses({ replay })
  return {
    execute: oneAfterAnother((network, work) => passes.gradients(network, work)),
    begin(isTraced) {
      ;[began, replayMs, calls, traced] = [performance.now(), 0, 0, isTraced]
    },
    end(ms) {
      if (traced) events.push(eventOf({ kernel: 'step', start: began, ms }))
      else if (replayMs > 0) steps.push({ stepMs: ms, replayMs })
    },
    figures() {
      if (steps.length === 0) return undefined
      const reading = [...tapes].reduce((sum, tape) => sum + tape.readingMs(), 0)
      const { all, tensors } = bytesOfTapes(tapes)
      const replays = median(steps.map((step) => step.replayMs))
      return {
        calls,
        memoryMB: all / 2 ** 20,
        tensorsMB: tensors / 2 ** 20,
        kernelsMs: replays - reading,
        interpreterMs: reading,
        javascriptMs: median(steps.map((step) => step.stepMs - step.replayMs)),
      }
    },
    trace: () => events,
    dispose: () => passes.dispose(),
  }
}

const eventOf = ({ kernel, start, ms }: TimedCall): TraceEvent => ({
  name: kernel,
  ph: 'X',
  ts: start * 1000,
  dur: ms * 1000,
  pid: 1,
  tid: 1,
})

const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1]!
