import { readFileSync } from 'node:fs'

/** The peak performance of the machine on one core. */
export interface Peaks {
  /** The rate of float32 multiply-adds in 128-bit SIMD, which count as two operations each. */
  readonly gflops: number
  /**
   * The bytes read and written by copies of 4 MiB, the size of a tensor of the DARTS step, and of 128 MiB.
   */
  readonly tensorCopy: number
  readonly memoryCopy: number
}

/** Loops that do only the work to be measured. */
export interface PeakLoops {
  /** Multiplies and adds; returns the number of operations. */
  readonly multiplyAdd: () => number
  /** Copies some MiB, at most 128; returns the number of bytes read and written. */
  readonly copy: (mebibytes: number) => number
}

const floatsPerRound = 64 * 6 * 4
const rounds = 100_000
const half = 2 ** 27

/** The loops, with 256 MiB of memory of their own. */
export function peakLoops(): PeakLoops {
  const memory = new WebAssembly.Memory({ initial: 2 ** 12 })
  // Writes to all of the memory, since pages that were never written share one page of zeros, which a copy
  // would read from the cache.
  new Float32Array(memory.buffer).fill(0.5)
  const module = new WebAssembly.Module(readFileSync(new URL('../dist/peaks.wasm', import.meta.url)))
  const { exports } = new WebAssembly.Instance(module, { env: { memory } })
  const { multiplyAdd, copy } = exports as {
    multiplyAdd: (data: number, rounds: number) => number
    copy: (from: number, to: number, bytes: number) => void
  }
  return {
    multiplyAdd: () => {
      multiplyAdd(0, rounds)
      return 2 * floatsPerRound * rounds
    },
    copy: (mebibytes) => {
      const bytes = mebibytes * 2 ** 20
      copy(0, half, bytes)
      return 2 * bytes
    },
  }
}

/** Measures the peaks: the best of several runs each, in 10⁹ per second. */
export function measurePeaks(): Peaks {
  const { multiplyAdd, copy } = peakLoops()
  return {
    gflops: best(multiplyAdd),
    tensorCopy: best(() => Array.from({ length: 50 }, () => copy(4)).reduce((sum, bytes) => sum + bytes)),
    memoryCopy: best(() => copy(128)),
  }
}

/** The best rate, in 10⁹ per second, of what a run returns: of ten runs after three to warm up. */
function best(run: () => number): number {
  const rates = Array.from({ length: 13 }, () => {
    const start = performance.now()
    const amount = run()
    return amount / (performance.now() - start) / 1e6
  })
  return Math.max(...rates.slice(3))
}
