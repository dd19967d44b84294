import { join } from 'node:path'
import { useBackend } from '../backend/index.js'
import { withDecision } from '../data/decision.js'
import { prepareData } from '../data/prepare.js'
import { saveOnnx, type Parity, type SaveOnnxOptions } from '../export/onnx/save.js'
import { readPreprocess } from '../export/preprocess.js'
import type { KeptMetrics } from '../trial/figures.js'
import { requirePlugins } from '../setup/plugins/needs.js'
import type { Extensions } from '../setup/setup-trial.js'
import { exportedOnnx, noteExported } from './exported-files.js'
import { modelFolderIn } from './model-folder.js'
import { readNetwork } from './network-file.js'
import { readFinishedRun, requireSameData } from './run-folder.js'

export interface ExportOnnxOptions
  extends
    Pick<SaveOnnxOptions, 'foldNorms' | 'unverified' | 'precision'>,
    Pick<Extensions, 'readers' | 'given' | 'plugins'> {
  /** The folder of the finished run. */
  readonly run: string
  /** The file to write; `NAME.parity.json` is written beside `NAME.onnx`. */
  readonly out: string
}

/** The tolerance of a run, under which a precision may lose. Empty if the run had none. */
export const toleranceOf = ({ tolerated }: Pick<KeptMetrics, 'tolerated'>): { tolerance?: number } =>
  tolerated ? { tolerance: tolerated.tolerance } : {}

/**
 * Exports the network of a finished run as an ONNX model, verified in onnxruntime-web on the run's test rows.
 * Reads the run's data again for this, and throws an InputError if they are others, or if the run is of before
 * networks were kept.
 */
export async function exportOnnx({
  run,
  out,
  readers,
  given,
  plugins,
  ...options
}: ExportOnnxOptions): Promise<Parity> {
  const { config, metrics } = readFinishedRun(run)
  requirePlugins(run, config.plugins, plugins, 'reader')
  const network = readNetwork(run)
  await useBackend(config.backend, { relaxed: config.relaxedSimd })
  const data = withDecision(await prepareData(config, run, readers, given), metrics.decision)
  requireSameData(run, data)
  const { metric } = readPreprocess(join(run, modelFolderIn(run)))
  const { criteria, test, validation } = metrics
  const metadata = {
    'sentei.seed': String(metrics.seed),
    'sentei.figures': JSON.stringify({ validation: validation.final, test: test.final }),
    'sentei.criteria': JSON.stringify(criteria),
  }
  const parity = await saveOnnx({ name: config.name, metric, data, ...network }, out, {
    ...options,
    metadata,
    ...toleranceOf(metrics),
  })
  noteExported(run, out, exportedOnnx(parity))
  return parity
}
