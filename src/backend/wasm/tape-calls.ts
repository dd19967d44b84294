import type { Memory } from './arena.js'
import type { TrainingInstance, TrainingModule } from './training-module.js'

/** One recorded call of a kernel, and when it ran. */
export interface TimedCall {
  readonly kernel: string
  /** As `performance.now()` gives it. */
  readonly start: number
  readonly ms: number
}

/** The calls that are written from one address up to another. */
function* callsOf({ buffer }: Memory, from: number, end: number) {
  for (let at = from; at < end;) {
    const [code, count] = new Float64Array(buffer(), at, 2)
    yield { at, code: code!, args: new Float64Array(buffer(), at + 16, count) }
    at += 16 + count! * 8
  }
}

/** Makes the recorded calls one after another from JavaScript, which allows to time each of them. */
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
 * Milliseconds that the interpreter takes to read a tape: as many calls with as many arguments, each of which clears no
 * bytes. The shortest of some rounds.
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
