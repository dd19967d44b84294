import type { OperationTime } from '../nn/profile.js'
import type { StepProfile } from '../runs/bench-step.js'
import { textTable } from './table.js'

const names: Record<OperationTime['run'], string> = {
  forward: '',
  again: ', once more',
  backward: ', gradient',
}

/** Shows where the time of a step goes: one line per kind of operation, the longest first. */
export function profileText({ operations, stepMs, otherMs, peaks }: StepProfile): string {
  const share = (part: number, whole: number) => `${((100 * part) / whole).toFixed(1)} %`
  const rate = (amount: number, milliseconds: number, peak: number | undefined): string[] => {
    const giga = amount / milliseconds / 1e6
    return [giga.toFixed(1), peak === undefined ? '–' : share(giga, peak)]
  }
  const row = ({ kind, run, count, milliseconds, bytes, flop }: OperationTime): string[] => [
    `${kind}${names[run]}`,
    count.toFixed(0),
    milliseconds.toFixed(1),
    share(milliseconds, stepMs),
    (bytes / 1e9).toFixed(2),
    ...rate(bytes, milliseconds, peaks?.tensorCopy),
    ...(flop === 0 ? ['–', '–', '–'] : [(flop / 1e9).toFixed(2), ...rate(flop, milliseconds, peaks?.gflops)]),
  ]
  const table = textTable([
    ['operation', 'count', 'ms', 'of step', 'GB', 'GB/s', 'of copy', 'GFLOP', 'GFLOP/s', 'of peak'],
    ...operations.map(row),
    ['losses, updates, the rest', '', otherMs.toFixed(1), share(otherMs, stepMs), '', '', '', '', '', ''],
  ])
  const limits = peaks
    ? `\npeaks of one core: ${peaks.gflops.toFixed(1)} GFLOP/s (multiply, then add), copy ${peaks.tensorCopy.toFixed(1)} GB/s of 4 MiB, ${peaks.memoryCopy.toFixed(1)} GB/s of 128 MiB`
    : ''
  return `${table}${limits}`
}
