import type { Memory } from './arena.js'
import type { TrainingInstance, TrainingModule } from './training-module.js'

/** One recorded call of a kernel, and when it ran. */
export interface TimedCall {
  readonly kernel: string
  /** In milliseconds, as `performance.now()` returns it. */
  readonly start: number
  readonly ms: number
}

/** The recorded calls between two addresses of a tape. */
function* callsOf({ buffer }: Memory, from: number, end: number) {
  for (let at = from; at < end;) {
    const [code, count] = new Float64Array(buffer(), at, 2)
    yield { at, code: code!, args: new Float64Array(buffer(), at + 16, count) }
    at += 16 + count! * 8
  }
}

/** Makes the recorded calls one after another from JavaScript, so that each of them can be timed. */
export function timedCalls(
  instance: TrainingInstance,
  memory: Memory,
  from: number,
  end: number,
): TimedCall[] {
  return [...callsOf(memory, from, end)].map(({ code, args }) => {
    const kernel = instance.names[code] as keyof TrainingModule
    const start = performance.now()
    instance.kernels[kernel](...args)
    return { kernel, start, ms: performance.now() - start }
  })
}

/**
 * The milliseconds that the interpreter takes to read a tape. They are measured on a copy whose calls have as
 * many arguments but clear zero bytes; the result is the shortest of 20 rounds.
 */
export function readingMs(instance: TrainingInstance, memory: Memory, from: number, end: number): number {
  const copy = memory.malloc(end - from + 16)
  const start = Math.ceil(copy / 16) * 16
  new Uint8Array(memory.buffer(), start, end - from).set(new Uint8Array(memory.buffer(), from, end - from))
  const nothing = instance.codeOf('clear')!
  for (const { at, args } of callsOf(memory, start, start + end - from)) {
    new Float64Array(memory.buffer(), at, 1)[0] = nothing
    args.fill(0)
  }
  let least = Infinity
  for (let round = 0; round < 20; round++) {
    const began = performance.now()
    instance.replay(start, start + end - from)
    least = Math.min(least, performance.now() - began)
  }
  memory.free(copy)
  return least
}
