import { readFileSync } from 'node:fs'
import { packagePath } from '../../base/files.js'

/** What the machine can do at most, on one core. */
export interface Peaks {
  /** float32 multiply-adds in 128-bit SIMD, two operations each. */
  readonly gflops: number
  /** Bytes read and written by a copy of 4 MiB, the size of a tensor of the DARTS step, and of 128 MiB. */
  readonly tensorCopy: number
  readonly memoryCopy: number
}

const floatsPerRound = 64 * 6 * 4

/** Measures the peaks: the best of several runs each. */
export function measurePeaks(): Peaks {
  const memory = new WebAssembly.Memory({ initial: 4200 })
  // All of it: pages that nobody wrote are one page of zeros, which a copy reads from the cache.
  new Float32Array(memory.buffer).fill(0.5)
  const module = new WebAssembly.Module(readFileSync(packagePath('dist/kernels/peaks.wasm')))
  const { exports } = new WebAssembly.Instance(module, { env: { memory } })
  const { multiplyAdd, copy } = exports as {
    multiplyAdd: (data: number, rounds: number) => number
    copy: (from: number, to: number, bytes: number) => void
  }
  const rounds = 100_000
  const copied = (mebibytes: number, times: number): number => {
    const bytes = mebibytes * 2 ** 20
    const half = 2 ** 27
    const seconds = best(() => {
      for (let i = 0; i < times; i++) copy(0, half, bytes)
    })
    return (2 * bytes * times) / seconds / 1e9
  }
  return {
    gflops: (2 * floatsPerRound * rounds) / best(() => multiplyAdd(0, rounds)) / 1e9,
    tensorCopy: copied(4, 50),
    memoryCopy: copied(128, 2),
  }
}

/** The shortest of ten runs behind three that warm up, in seconds. */
function best(run: () => void): number {
  const times = Array.from({ length: 13 }, () => {
    const start = performance.now()
    run()
    return (performance.now() - start) / 1000
  })
  return Math.min(...times.slice(3))
}
