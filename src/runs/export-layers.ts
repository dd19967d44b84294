import { join } from 'node:path'
import { useBackend } from '../backend/index.js'
import { withDecision } from '../data/decision.js'
import { prepareData } from '../data/prepare.js'
import { modelFiles, type ModelContent } from '../export/model-content.js'
import type { Precision } from '../export/precision/names.js'
import { savePreciseLayers, type LayersParity } from '../export/precision/save-layers.js'
import { readPreprocess } from '../export/preprocess.js'
import { requirePlugins } from '../setup/plugins/needs.js'
import type { Extensions } from '../setup/setup-trial.js'
import { exportedLayers, noteExported } from './exported-files.js'
import { toleranceOf } from './export-onnx.js'
import { modelFolderIn } from './model-folder.js'
import { readFinishedRun, requireSameData } from './run-folder.js'

export interface ExportLayersOptions extends Pick<Extensions, 'readers' | 'given' | 'plugins'> {
  /** The folder of the finished run. */
  readonly run: string
  /** The folder to write. */
  readonly out: string
  readonly precision: Precision
}

/**
 * Exports the LayersModel of a finished run with its kernels in another precision, measured in tfjs-layers on
 * the run's test rows. `fileOf` reads a file of the run. Reads the run's data again for this, and throws an
 * InputError if they are others.
 */
export async function exportLayers(
  { run, out, precision, readers, given, plugins }: ExportLayersOptions,
  fileOf: (name: string) => Uint8Array,
): Promise<LayersParity> {
  const { config, metrics } = readFinishedRun(run)
  requirePlugins(run, config.plugins, plugins, 'reader')
  await useBackend(config.backend, { relaxed: config.relaxedSimd })
  const data = withDecision(await prepareData(config, run, readers, given), metrics.decision)
  requireSameData(run, data)
  const model = modelFolderIn(run)
  const content = Object.fromEntries(
    modelFiles.map((name) => [name, fileOf(join(model, name))]),
  ) as unknown as ModelContent
  const preprocess = readPreprocess(join(run, model))
  const options = { precision, data, metric: metrics.metric, preprocess, ...toleranceOf(metrics) }
  const parity = await savePreciseLayers(content, out, options)
  noteExported(run, out, exportedLayers(parity))
  return parity
}
