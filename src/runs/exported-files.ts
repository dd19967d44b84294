import { existsSync, readFileSync } from 'node:fs'
import { join, relative, sep } from 'node:path'
import { writeAtomic } from '../base/files.js'
import type { Parity } from '../export/onnx/save.js'
import type { PrecisionLoss } from '../export/precision/loss.js'
import type { LayersParity } from '../export/precision/save-layers.js'
import { formatNumber } from '../report/format.js'
import { code } from '../report/markdown.js'

/** What the card says of an exported file or folder: the certificate that lies beside it, in four cells. */
export interface ExportedFile {
  /** The format and the precision. */
  readonly what: string
  /** The rows on which it was compared, and how far it was apart. */
  readonly compared: string
  /** The SHA-256 of the file, or of the files of a folder. */
  readonly sha256: string
  readonly versions: Readonly<Record<string, string>>
}

const head = '| file | what | compared, and the largest difference | SHA-256 | made and compared with |'
const section = `## Exported files

One row a file, under its path from this folder. Differences are in probabilities, or in standard deviations of the targets. Data and splits are those of this card.

${head}
| --- | --- | --- | --- | --- |`

/** A card with the row of an exported file: a new one, or in place of the one that the file had. */
export function withExported(card: string, file: string, exported: ExportedFile): string {
  const { what, compared, sha256, versions } = exported
  const made = Object.entries(versions).map((entry) => entry.join(' '))
  return withRow(card, file, [what, compared, sha256, made.join(', ')].join(' | '))
}

function withRow(card: string, file: string, cells: string): string {
  const prefix = `| ${nameCell(file)} |`
  const known = card.split('\n').includes(head) ? card : `${card.trimEnd()}\n\n${section}\n`
  const lines = known.split('\n')
  const from = lines.indexOf(head) + 2
  const rest = lines.slice(from).findIndex((line) => !line.startsWith('|'))
  const to = rest < 0 ? lines.length : from + rest
  const rows = lines.slice(from, to)
  const place = rows.findIndex((row) => row.startsWith(prefix))
  rows.splice(place < 0 ? rows.length : place, place < 0 ? 0 : 1, `${prefix} ${cells} |`)
  return [...lines.slice(0, from), ...rows, ...lines.slice(to)].join('\n')
}

/** A table's cell ends at a bar even in code, unless it is escaped. */
const nameCell = (file: string): string => code(file).replaceAll('|', '\\|')

/** Notes an exported file in the card of its run. A run without a card, or one that cannot be written, is left as it is. */
export const noteExported = (run: string, out: string, exported: ExportedFile): void =>
  changeCard(run, (card) => withExported(card, pathFrom(run, out), exported))

/** Notes a copy of the run's own model, of which the card has a row. */
export const noteCopy = (run: string, out: string, model: string): void =>
  changeCard(run, (card) => {
    const prefix = `| ${nameCell(model)} | `
    const row = card.split('\n').find((line) => line.startsWith(prefix))
    return row === undefined ? card : withRow(card, pathFrom(run, out), row.slice(prefix.length, -2))
  })

const pathFrom = (run: string, out: string): string => relative(run, out).split(sep).join('/')

function changeCard(run: string, change: (card: string) => string): void {
  const path = join(run, 'card.md')
  if (!existsSync(path)) return
  try {
    writeAtomic(path, change(readFileSync(path, 'utf8')))
  } catch (error) {
    // The certificate beside the file says the same; an archive must not keep anybody from exporting.
    if (!['EACCES', 'EPERM', 'EROFS'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error
  }
}

/** What the certificate of an ONNX file says. */
export function exportedOnnx({ model, verified, precision, versions }: Parity): ExportedFile {
  const comparison = verified
    ? `${verified.rows} ${verified.split} rows: ${largestDifferenceText(verified.largestDifference)}`
    : 'NOT compared'
  return {
    what: `ONNX, opset ${model.opset}, ${precision ? precision.precision : 'float32'}`,
    compared: precision ? `float32: ${comparison}; ${lossText(precision)}` : comparison,
    sha256: model.sha256,
    versions,
  }
}

/** What the certificate of a LayersModel in another precision says. */
export const exportedLayers = ({ files, precision, versions }: LayersParity): ExportedFile => ({
  what: `LayersModel, ${precision.precision}`,
  compared: lossText(precision),
  sha256: hashesText(files),
  versions,
})

/** The hashes of the files that are loaded to run a LayersModel. */
export const hashesText = (files: Readonly<Record<string, string>>): string =>
  ['model.json', 'weights.bin'].map((name) => `${name} ${files[name]}`).join(', ')

export const largestDifferenceText = (largest: number): string => largest.toExponential(1)

function lossText(loss: PrecisionLoss): string {
  const { precision, rows, split, largestDifference, metric, value, float32, within } = loss
  const difference = `${rows} ${split} rows: ${largestDifferenceText(largestDifference)} from float32`
  const metrics = `${metric} ${formatNumber(value)}, in float32 ${formatNumber(float32)}`
  return `${precision}: ${difference}; ${metrics}${within ? '' : '; MORE than the tolerance'}`
}
