/**
 * What a second thread is worth on this machine: plain copies, and multiply-adds that touch no memory, in
 * one thread and in several at once.
 *
 *     node dist/bench/thread-peaks.js
 */
import { once } from 'node:events'
import { Worker, isMainThread, parentPort, workerData } from 'node:worker_threads'
import { fileURLToPath } from 'node:url'
import { peakLoops } from 'sentei-kernels/node'

/** Rates of several threads together by that of one. */
export interface ThreadPeaks {
  readonly copy: number
  readonly multiplyAdd: number
  /** One thread: GB/s read and written by copies of 128 MiB, and GFLOP/s. */
  readonly one: { readonly copy: number; readonly multiplyAdd: number }
}

interface Work {
  readonly loop: 'copy' | 'multiplyAdd'
  /** Threads that are ready; all start when it says all are. */
  readonly ready: Int32Array
  readonly threads: number
}

const milliseconds = 1000
const file = fileURLToPath(import.meta.url)

export async function threadPeaks(threads = 2): Promise<ThreadPeaks> {
  const one = { copy: await rate('copy', 1), multiplyAdd: await rate('multiplyAdd', 1) }
  const all = { copy: await rate('copy', threads), multiplyAdd: await rate('multiplyAdd', threads) }
  return { copy: all.copy / one.copy, multiplyAdd: all.multiplyAdd / one.multiplyAdd, one }
}

/** 10⁹ a second of all threads together: the best of three tries, for other programs only take away. */
async function rate(loop: Work['loop'], threads: number): Promise<number> {
  const tries = [
    await sustained(loop, threads),
    await sustained(loop, threads),
    await sustained(loop, threads),
  ]
  return Math.max(...tries)
}

async function sustained(loop: Work['loop'], threads: number): Promise<number> {
  const work: Work = { loop, threads, ready: new Int32Array(new SharedArrayBuffer(4)) }
  const rates = Array.from({ length: threads }, async () => {
    const [own] = (await once(new Worker(file, { workerData: work }), 'message')) as [number]
    return own
  })
  return (await Promise.all(rates)).reduce((sum, own) => sum + own)
}

/** Every thread on memory of its own, for the same second. */
function run({ loop, ready, threads }: Work): number {
  const loops = peakLoops()
  const turn = () => (loop === 'copy' ? loops.copy(128) : loops.multiplyAdd())
  turn()
  Atomics.add(ready, 0, 1)
  while (Atomics.load(ready, 0) < threads);
  const start = performance.now()
  let amount = 0
  while (performance.now() - start < milliseconds) amount += turn()
  return amount / (performance.now() - start) / 1e6
}

if (!isMainThread) parentPort!.postMessage(run(workerData as Work))
else if (process.argv[1] === file) console.log(await threadPeaks())
