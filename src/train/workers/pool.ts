import { existsSync } from 'node:fs'
import { MessageChannel, Worker, receiveMessageOnPort, type MessagePort } from 'node:worker_threads'
import type { BackendName } from '../../backend/start.js'
import { Failure } from '../../base/errors.js'
import { addGradients } from '../add-gradients.js'
import { detached, disposeGradients } from '../gradient-memory.js'
import { oneAfterAnother } from '../gradients.js'
import type { Network, PassNetwork } from '../network.js'
import { RecordedPasses } from '../recorded-passes.js'
import type { ShardExecutor, ShardGradients, ShardWork } from '../shard.js'
import { closeTickets, controlWords, newTickets, takeShard, waitForAnswers, type Tickets } from './control.js'
import { Exchange, addResults, gradientsOf, type Told } from './exchange.js'
import { named, type Known } from './known.js'
import type { Answer, BatchMessage, ResultLayout, ThreadStart } from './protocol.js'

export interface PoolOptions {
  /** The number of threads that compute, including this one; ≥ 1. */
  readonly workers: number
  /** The current backend, and whether its relaxed variant is used. */
  readonly backend: BackendName
  readonly relaxed: boolean
  /** The compiled program of a thread, which calls `serveShards`. */
  readonly entry: string
  /** The functions that the entry knows by name. */
  readonly known: Known
  /**
   * Called once for each kind of steps that runs by operations because it cannot be recorded, with the
   * reason.
   */
  readonly onOperations?: ((reason: string) => void) | undefined
  /** Seconds without a sign of life after which a thread counts as lost; 300 by default. */
  readonly silentSeconds?: number
}

/** The costs of a pool so far, in ms. */
export interface PoolFigures {
  /** The time until every thread was ready. */
  readonly startMs: number
  readonly batches: number
  /** The number of shards that other threads than this one computed. */
  readonly handedOver: number
  /**
   * The time for copying weights, inputs and gradients between threads, summed over batches: here, and in the
   * slowest thread.
   */
  readonly exchangeMs: number
  /** The time spent waiting for threads when this one had nothing left to do. */
  readonly waitMs: number
}

interface Thread {
  readonly worker: Worker
  readonly port: MessagePort
}

/**
 * Threads that compute shards of a batch in parallel with this one, each on its own backend. The results do
 * not depend on which thread computes a shard, bit for bit: weights and mixture weights are sent through
 * shared memory, gradients come back through it, and this thread adds them up in the order of the shards. The
 * threads do not keep the process alive. The pool owns them; dispose it after use.
 */
export class WorkerPool {
  readonly #threads: readonly Thread[]
  readonly #control: Int32Array
  readonly #options: PoolOptions
  readonly #exchange = new Exchange()
  /** The layout of each thread's last results. */
  readonly #layouts: ResultLayout[] = []
  readonly #passes: RecordedPasses
  #broken: string | undefined
  #figures: PoolFigures

  private constructor(
    threads: readonly Thread[],
    control: Int32Array,
    options: PoolOptions,
    startMs: number,
  ) {
    this.#threads = threads
    this.#control = control
    this.#options = options
    const { onOperations } = options
    this.#passes = new RecordedPasses(onOperations && { refused: onOperations })
    this.#figures = { startMs, batches: 0, handedOver: 0, exchangeMs: 0, waitMs: 0 }
    threads.forEach(({ worker }, thread) => {
      worker.on('error', (error) => this.#break(thread, `failed: ${error.message}`))
      worker.on('exit', (code) => this.#break(thread, `ended with code ${code}`))
    })
  }

  /** Starts the threads and waits until they are ready. Throws if one cannot start. */
  static async start(options: PoolOptions): Promise<WorkerPool> {
    const { workers, backend, relaxed, entry } = options
    const start = performance.now()
    if (!existsSync(entry))
      throw new Failure(`workers: ${entry} is missing, and threads run compiled code; run "npm run build"`)
    const control = controlWords(workers - 1)
    const threads = Array.from({ length: workers - 1 }, (_, thread) => {
      const { port1, port2 } = new MessageChannel()
      const workerData: ThreadStart = { backend, relaxed, thread, control, port: port2 }
      // Compiled code must not get the options that this process was started with (a loader, a test runner).
      const worker = new Worker(entry, { workerData, transferList: [port2], execArgv: [] })
      return { worker, port: port1 }
    })
    try {
      await Promise.all(threads.map(({ worker }, thread) => ready(worker, thread)))
    } catch (error) {
      await end(threads)
      throw error
    }
    for (const { worker } of threads) worker.unref()
    return new WorkerPool(threads, control, options, performance.now() - start)
  }

  /** The number of threads that compute, including this one. */
  get workers(): number {
    return this.#threads.length + 1
  }

  get figures(): PoolFigures {
    return this.#figures
  }

  /**
   * Computes shards in whichever threads take them. A batch whose loss or terms the threads do not know is
   * computed in this thread alone, with the same result. Throws if a thread fails; if a thread is lost, the
   * pool cannot be used any more.
   */
  readonly execute: ShardExecutor = (network, work) => {
    if (this.#broken !== undefined) throw new Failure(this.#broken)
    const names = work.map((each) => named(each, this.#options.known))
    if (this.#threads.length === 0 || work.length === 1 || !names.every((each) => each !== undefined))
      return oneAfterAnother(this.#gradients)(network, work)
    const start = performance.now()
    const tickets = newTickets(this.#control, work.length)
    const { change, batch } = this.#exchange.messages(network, work, names, tickets)
    for (const { port } of this.#threads) {
      if (change) port.postMessage(change)
      port.postMessage(batch)
    }
    const sent = performance.now() - start
    const localGradients = new Map<number, ShardGradients>()
    try {
      this.#computeOwn(network, work, tickets, localGradients)
      const finished = performance.now()
      this.#wait(tickets, work.length - localGradients.size)
      const waited = performance.now()
      const results = this.#results()
      const sum = summed(batch, results, localGradients)
      const there = Math.max(0, ...[...results.values()].map(({ exchangeMs }) => exchangeMs))
      this.#count(results.size, sent + performance.now() - waited + there, waited - finished)
      return sum
    } catch (error) {
      for (const gradients of localGradients.values()) disposeGradients(gradients)
      throw error
    }
  }

  /** Frees the memory of what this thread has recorded of steps. It is recorded again when it is wanted. */
  forget(): void {
    this.#passes.dispose()
  }

  /** Ends the threads. */
  async dispose(): Promise<void> {
    this.#broken = 'workers: the pool was disposed'
    this.#passes.dispose()
    await end(this.#threads)
  }

  readonly #gradients = (network: PassNetwork, work: ShardWork): ShardGradients =>
    this.#passes.gradients(network, work)

  #computeOwn(
    network: Network,
    work: readonly ShardWork[],
    tickets: Tickets,
    into: Map<number, ShardGradients>,
  ): void {
    try {
      for (let shard = takeShard(this.#control, tickets); shard !== undefined;) {
        // The next pass may overwrite what the one before has lent; the last one's gradients stay where they
        // are.
        for (const [before, gradients] of into) into.set(before, detached(gradients))
        into.set(shard, this.#gradients(network, work[shard]!))
        shard = takeShard(this.#control, tickets)
      }
    } catch (error) {
      // Shared memory must not change while another thread still computes.
      this.#wait(tickets, closeTickets(this.#control, tickets) - into.size - 1)
      this.#answers()
      throw error
    }
  }

  /** Waits for `count` answers. Throws if a thread is lost. */
  #wait(tickets: Tickets, count: number): void {
    const lost = waitForAnswers(this.#control, count, {
      // A thread that has ended has no event loop. Its exit event only fires when this thread's event loop
      // runs again.
      alive: (thread) => this.#threads[thread]!.worker.performance.eventLoopUtilization().active > 0,
      silentSeconds: this.#options.silentSeconds ?? 300,
    })
    if (!lost) return
    this.#break(lost.thread, `${lost.fault} in a batch of ${tickets.count} shards`)
    throw new Failure(this.#broken)
  }

  /**
   * Reads the answers that have arrived, each with the number of its worker and the layout of its results.
   */
  #answers(): { worker: number; answer: Answer; layout: ResultLayout }[] {
    return this.#threads.flatMap(({ port }, thread) =>
      received(port).map((answer) => {
        if ('results' in answer && answer.results.layout) this.#layouts[thread] = answer.results.layout
        return { worker: thread + 2, answer, layout: this.#layouts[thread]! }
      }),
    )
  }

  /** The results of the shards that other threads took. Throws if one of them failed. */
  #results(): Map<number, Told> {
    const results = this.#answers().map(({ worker, answer: { shard, ...answer }, layout }) => {
      if ('results' in answer) return [shard, { ...answer.results, layout }] as const
      const { error } = answer
      throw new Error(`worker ${worker}, shard ${shard + 1}: ${error.message}`, { cause: error })
    })
    return new Map(results)
  }

  #count(shards: number, exchangeMs: number, waitMs: number): void {
    const before = this.#figures
    this.#figures = {
      ...before,
      batches: before.batches + 1,
      handedOver: before.handedOver + shards,
      exchangeMs: before.exchangeMs + exchangeMs,
      waitMs: before.waitMs + waitMs,
    }
  }

  /** Records that a thread is lost. Workers are counted from 1, and this thread is worker 1. */
  #break(thread: number, fault: string): void {
    this.#broken ??= `worker ${thread + 2} ${fault}; use fewer workers, or go on from the last checkpoint`
  }
}

/** The sum of the shards of a batch in their order, whichever thread computed them. */
function summed(
  { work }: BatchMessage,
  theirs: ReadonlyMap<number, Told>,
  localGradients: ReadonlyMap<number, ShardGradients>,
): ShardGradients {
  return work.slice(1).reduce(
    (sum, { results: numbers }, i) => {
      const remoteResults = theirs.get(i + 1)
      return remoteResults
        ? addResults(sum, remoteResults, numbers)
        : addGradients(sum, localGradients.get(i + 1)!)
    },
    localGradients.get(0) ?? gradientsOf(theirs.get(0)!, work[0]!.results),
  )
}

/** All messages that have arrived. */
function received(port: MessagePort): Answer[] {
  const answers: Answer[] = []
  for (;;) {
    const next: { message: Answer } | undefined = receiveMessageOnPort(port)
    if (!next) return answers
    answers.push(next.message)
  }
}

function ready(worker: Worker, thread: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = (fault: string) => reject(new Failure(`worker ${thread + 2} did not start: ${fault}`))
    worker.once('message', () => resolve())
    worker.once('error', (error) => fail(error.message))
    worker.once('exit', (code) => fail(`it ended with code ${code}`))
  })
}

async function end(threads: readonly Thread[]): Promise<void> {
  await Promise.all(threads.map(({ worker }) => worker.terminate()))
  for (const { port } of threads) port.close()
}
