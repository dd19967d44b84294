import { existsSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { parityFile, type Parity } from '../export/onnx/save.js'
import type { PrecisionLoss } from '../export/precision/loss.js'
import { layersParityFile, type LayersParity } from '../export/precision/save-layers.js'
import { formatCount, formatNumber, formatPercent } from '../report/format.js'
import { readFinishedRun } from '../runs/run-folder.js'

/** What an export wrote. */
interface Written {
  readonly format: string
  readonly out: string
  readonly isPrecise: boolean
}

/**
 * What is said of an exported model: how it was verified, its size, and its metric, for another precision
 * beside those of 32-bit floats. Nothing of documents and drawings.
 */
export function exportedLines(run: string, { format, out, isPrecise }: Written): string[] {
  if (format === 'onnx') {
    const parity = jsonIn(parityFile(out)) as unknown as Parity
    const size = statSync(out).size
    return [parityText(out, parity), ...figures(run, out, size, parity.precision ?? null)]
  }
  if (format !== 'layers') return []
  const size = ['model.json', 'weights.bin'].reduce((sum, name) => sum + statSync(join(out, name)).size, 0)
  const certificate = isPrecise ? (jsonIn(join(out, layersParityFile)) as unknown as LayersParity) : null
  return figures(run, out, size, certificate?.precision ?? null)
}

const jsonIn = (path: string) => JSON.parse(readFileSync(path, 'utf8')) as Readonly<Record<string, unknown>>

/** What the certificate beside an ONNX model says. */
function parityText(out: string, { verified, versions, precision }: Parity): string {
  if (!verified)
    return `${out}: NOT VERIFIED: it was not compared with the network; do not ship it before "sentei export" without --unverified has written it`
  const { rows, split, relativeError, tolerance } = verified
  const what = precision ? `the same model in float32: verified` : 'verified'
  return `${out}: ${what} in onnxruntime-web ${versions['onnxruntime-web']} on ${rows} ${split} rows: relative error ${relativeError.toExponential(1)}, at most ${tolerance} is allowed`
}

/** Size and metric; of another precision, beside those of 32-bit floats, and whether it loses too much. */
function figures(run: string, out: string, bytes: number, loss: PrecisionLoss | null): string[] {
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
