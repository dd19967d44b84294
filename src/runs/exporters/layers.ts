import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { writeAtomic } from '../../base/files.js'
import { modelFiles } from '../../export/model-content.js'
import { layersParityFile, type LayersParity } from '../../export/precision/save-layers.js'
import { requireSound } from '../../export/preprocess.js'
import { noteCopy } from '../exported-files.js'
import { modelFolderIn } from '../model-folder.js'
import { readFile, requireAccepted, requireTrained } from './run-files.js'
import type { Exporter } from './types.js'

/** A folder with the verified LayersModel of TensorFlow.js. */
export const layers: Exporter = {
  name: 'layers',
  async write(run, out, architecture, options) {
    requireTrained(run, architecture)
    const model = modelFolderIn(run)
    readFile(run, join(model, 'model.json'))
    requireSound(join(run, model))
    requireAccepted(run, options)
    const { precision = 'float32', readers, given, plugins } = options
    if (precision !== 'float32') {
      const { exportLayers } = await import('../export-layers.js')
      const extensions = { readers, given, plugins }
      await exportLayers({ run, out, precision, ...extensions }, (name) => readFile(run, name))
      return
    }
    for (const name of modelFiles) writeAtomic(join(out, name), readFile(run, join(model, name)))
    noteCopy(run, out, model)
  },
  model: {
    precisions: ['float32', 'float16', 'uint8'],
    files: modelFiles,
    exported(out, isPrecise) {
      const sizes = ['model.json', 'weights.bin'].map((name) => statSync(join(out, name)).size)
      const certificate = join(out, layersParityFile)
      const parity = isPrecise ? (JSON.parse(readFileSync(certificate, 'utf8')) as LayersParity) : null
      return { bytes: sizes.reduce((sum, size) => sum + size, 0), loss: parity?.precision ?? null }
    },
  },
}
