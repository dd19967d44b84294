import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { formatCount, formatNumber, formatPercent } from '../report/format.js'
import type { ExportReport } from '../runs/exporters/types.js'
import { readFinishedRun } from '../runs/run-folder.js'

/**
 * What is said of an exported model: how it was verified, its size, and its metric, for another precision
 * beside those of 32-bit floats.
 */
export const exportedLines = (run: string, out: string, { verified, ...figures }: ExportReport): string[] => [
  ...(verified === undefined ? [] : [`${out}: ${verified}`]),
  ...figureLines(run, out, figures),
]

/** Size and metric; of another precision, beside those of 32-bit floats, and whether it loses too much. */
function figureLines(run: string, out: string, { bytes, loss }: Omit<ExportReport, 'verified'>): string[] {
  if (loss === null) {
    if (!existsSync(join(run, 'metrics.json'))) return []
    const { metric, test } = readFinishedRun(run).metrics
    return [`${out}: ${formatCount(bytes)} bytes; test ${metric} ${formatNumber(test.final)}`]
  }
  const { precision, metric, split, rows, value, float32, worse, allowed, chance, within } = loss
  const size = formatPercent(Math.abs(worse))
  const change = worse === 0 ? 'no loss' : `the error is ${size} ${worse > 0 ? 'larger' : 'smaller'}`
  const line = `${out}: ${precision}: ${formatCount(bytes)} bytes, ${formatPercent(bytes / loss.float32Bytes)} of float32's ${formatCount(loss.float32Bytes)}; ${metric} ${formatNumber(value)} on ${rows} ${split} rows, float32 ${formatNumber(float32)}: ${change}`
  if (within) return [line]
  return [
    line,
    `${out}: ${precision} loses more than the tolerance of ${formatPercent(allowed)}, and more than chance (${formatPercent(chance)}); export another precision`,
  ]
}
