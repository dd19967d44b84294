import type { PrecisionLoss } from '../../export/precision/loss.js'
import type { Precision } from '../../export/precision/names.js'
import type { ExportOnnxOptions } from '../export-onnx.js'

/** How a model is exported; formats without weights ignore it. */
export interface ExportOptions extends Omit<ExportOnnxOptions, 'run' | 'out'> {
  /** Exports a model although it does not meet the criteria that were set beforehand. */
  readonly refused?: boolean
}

/** A format into which the result of a run is exported. */
export interface Exporter {
  readonly name: string
  /**
   * Writes a part of a run's folder. `architecture` names the file with the architecture. A model is verified
   * before it is written, and only written if the run meets its criteria, or `options.refused` says so.
   */
  write(run: string, out: string, architecture: string, options: ExportOptions): Promise<void> | void
  /** What only formats with weights have; absent for documents and drawings. */
  readonly model?: ModelFormat
}

export interface ModelFormat {
  /** How weights may be stored; 32-bit floats by default. */
  readonly precisions: readonly Precision[]
  /** The names of the files, if they are written to a folder. */
  readonly files?: readonly string[]
  /** What is said of an export. `isPrecise` tells that weights are stored in another precision. */
  exported(out: string, isPrecise: boolean): ExportReport
}

export interface ExportReport {
  /** The size of what is shipped. */
  readonly bytes: number
  /** How it was verified, in a sentence. */
  readonly verified?: string
  /** What another precision loses. */
  readonly loss: PrecisionLoss | null
}
