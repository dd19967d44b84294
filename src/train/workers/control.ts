/** What a thread is at. `ended` is written by its own exit handler. */
const states = { idle: 0, busy: 1, ended: 2 } as const

/** Words of the control array: the next shard to take, how many threads have answered, then two a thread. */
const next = 0
const answered = 1
const stateOf = (thread: number): number => 2 + 2 * thread
const beatOf = (thread: number): number => 3 + 2 * thread

/** The control words of so many threads, shared by all. */
export const controlWords = (threads: number): Int32Array =>
  new Int32Array(new SharedArrayBuffer((2 + 2 * threads) * Int32Array.BYTES_PER_ELEMENT))

/** The shards of a batch. Their numbers continue those of the batches before, so no thread takes one of another batch. */
export interface Tickets {
  readonly first: number
  readonly count: number
}

/** Takes the next shard of a batch, from 0; undefined where all are taken. */
export function takeShard(control: Int32Array, { first, count }: Tickets): number | undefined {
  for (;;) {
    const ticket = Atomics.load(control, next)
    const shard = ticket - first
    if (shard < 0 || shard >= count) return undefined
    if (Atomics.compareExchange(control, next, ticket, ticket + 1) === ticket) return shard
  }
}

/** The tickets of a new batch; every answer to the one before has been read. */
export function newTickets(control: Int32Array, count: number): Tickets {
  Atomics.store(control, answered, 0)
  return { first: Atomics.load(control, next), count }
}

/** Stops threads from taking more shards of a batch; returns how many were taken. */
export function closeTickets(control: Int32Array, { first, count }: Tickets): number {
  for (;;) {
    const ticket = Atomics.load(control, next)
    if (Atomics.compareExchange(control, next, ticket, first + count) === ticket) return ticket - first
  }
}

/** What a thread says of itself. */
export const threadControl = (control: Int32Array, thread: number) => ({
  busy: () => void Atomics.store(control, stateOf(thread), states.busy),
  idle: () => void Atomics.store(control, stateOf(thread), states.idle),
  /** That it still computes. */
  beat: () => void Atomics.add(control, beatOf(thread), 1),
  answer() {
    Atomics.add(control, answered, 1)
    Atomics.notify(control, answered)
  },
  /** The last that it does, from a handler of its exit. */
  end() {
    Atomics.store(control, stateOf(thread), states.ended)
    Atomics.notify(control, answered)
  },
})

export interface Patience {
  /** Is a thread still there, as far as this thread can tell while it waits? */
  readonly alive: (thread: number) => boolean
  /** Seconds without a beat of a thread that computes. */
  readonly silentSeconds: number
}

/**
 * Blocks until so many answers are there. Returns what is wrong with which thread where one has ended or gives
 * no sign of life. Events of threads do not fire meanwhile, so it looks for itself, once a second; that a
 * process was stopped for an hour counts as one second.
 */
export function waitForAnswers(
  control: Int32Array,
  count: number,
  { alive, silentSeconds }: Patience,
): { thread: number; fault: string } | undefined {
  const threads = Array.from({ length: control.length / 2 - 1 }, (_, i) => i)
  const beats = threads.map(() => -1)
  const silent = threads.map(() => 0)
  let looked = performance.now()
  for (;;) {
    const seen = Atomics.load(control, answered)
    if (seen >= count) return undefined
    Atomics.wait(control, answered, seen, 1000)
    const ended = threads.find((thread) => Atomics.load(control, stateOf(thread)) === states.ended)
    if (ended !== undefined) return { thread: ended, fault: 'ended' }
    if (performance.now() - looked < 1000) continue
    looked = performance.now()
    for (const thread of threads) {
      if (!alive(thread)) return { thread, fault: 'ended' }
      const beat = Atomics.load(control, beatOf(thread))
      const quiet = Atomics.load(control, stateOf(thread)) === states.busy && beat === beats[thread]
      silent[thread] = quiet ? silent[thread]! + 1 : 0
      beats[thread] = beat
      if (silent[thread] >= silentSeconds)
        return { thread, fault: `gave no sign of life for ${silentSeconds} seconds` }
    }
  }
}
