/** The states of a thread. Its own exit handler writes `ended`. */
const states = { idle: 0, busy: 1, ended: 2 } as const

/**
 * Words of the control array: the next shard to take, the number of answers so far, then two words per
 * thread.
 */
const next = 0
const answered = 1
const stateOf = (thread: number): number => 2 + 2 * thread
const beatOf = (thread: number): number => 3 + 2 * thread

/** The control words for some number of threads, which all share. */
export const controlWords = (threads: number): Int32Array =>
  new Int32Array(new SharedArrayBuffer((2 + 2 * threads) * Int32Array.BYTES_PER_ELEMENT))

/**
 * The shards of a batch. Their numbers continue those of earlier batches, so that no thread takes a shard of
 * another batch.
 */
export interface Tickets {
  readonly first: number
  readonly count: number
}

/** Takes the next shard of a batch, counted from 0; undefined if all are taken. */
export function takeShard(control: Int32Array, { first, count }: Tickets): number | undefined {
  for (;;) {
    const ticket = Atomics.load(control, next)
    const shard = ticket - first
    if (shard < 0 || shard >= count) return undefined
    if (Atomics.compareExchange(control, next, ticket, ticket + 1) === ticket) return shard
  }
}

/** Creates the tickets of a new batch. Call it after all answers to the batch before have been read. */
export function newTickets(control: Int32Array, count: number): Tickets {
  Atomics.store(control, answered, 0)
  return { first: Atomics.load(control, next), count }
}

/** Stops threads from taking more shards of a batch, and returns how many were taken. */
export function closeTickets(control: Int32Array, { first, count }: Tickets): number {
  for (;;) {
    const ticket = Atomics.load(control, next)
    if (Atomics.compareExchange(control, next, ticket, first + count) === ticket) return ticket - first
  }
}

/** The functions by which a thread reports its state. */
export const threadControl = (control: Int32Array, thread: number) => ({
  busy: () => void Atomics.store(control, stateOf(thread), states.busy),
  idle: () => void Atomics.store(control, stateOf(thread), states.idle),
  /** Shows that the thread is still computing. */
  beat: () => void Atomics.add(control, beatOf(thread), 1),
  answer() {
    Atomics.add(control, answered, 1)
    Atomics.notify(control, answered)
  },
  /** The thread's last call, made by a handler of its exit. */
  end() {
    Atomics.store(control, stateOf(thread), states.ended)
    Atomics.notify(control, answered)
  },
})

/** For how long a thread that waits for answers looks for them before it sleeps, in ms. */
const attentiveMs = 0.3

export interface Patience {
  /** Whether a thread still runs, as far as the waiting thread can tell. */
  readonly alive: (thread: number) => boolean
  /** The number of seconds without a beat after which a computing thread counts as lost. */
  readonly silentSeconds: number
}

/**
 * Blocks until `count` answers have come. If a thread has ended or shows no sign of life, returns which one
 * and what is wrong. Events of threads do not fire meanwhile, so it checks the threads itself, once a second.
 * If the process was stopped for an hour, that counts as one second.
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
  // Shards take about as long as each other, and to be woken takes longer than a short wait.
  while (performance.now() - looked < attentiveMs)
    if (Atomics.load(control, answered) >= count) return undefined
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
