import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { Type } from '@sinclair/typebox'
import { readKept, remedyFor } from '../base/checksums.js'
import { InputError, Refused } from '../base/errors.js'
import { writeAtomic, writeJson } from '../base/files.js'
import { damaged, jsonObject } from '../base/sealed.js'
import { didYouMean } from '../base/suggest.js'
import { requireValid, validate } from '../config/validator.js'
import type { ExportOnnxOptions } from './export-onnx.js'
import { ArchitectureSchema } from '../supernet/architecture-schema.js'
import type { Architecture } from '../supernet/types.js'
import { architectureDot, dotToSvg } from '../export/dot.js'
import { modelFiles } from '../export/model-content.js'
import { precisionIn } from '../export/precision/names.js'
import { requireSound } from '../export/preprocess.js'
import { noteCopy } from './exported-files.js'
import { modelFolderIn, refusalText } from './model-folder.js'
import { isFinished, readFinishedRun } from './run-folder.js'

/** How a model is exported; formats without weights ignore it. */
export interface ExportOptions extends Omit<ExportOnnxOptions, 'run' | 'out'> {
  /** Exports a model although it does not meet the criteria that were set beforehand. */
  readonly refused?: boolean
}

/** Writes a part of a run's folder in a format. `architecture` names the file with the architecture. */
type Exporter = (
  run: string,
  out: string,
  architecture: string,
  options: ExportOptions,
) => Promise<void> | void

const exporters: Readonly<Record<string, Exporter>> = {
  async layers(run, out, architecture, options) {
    requireTrained(run, architecture)
    const model = modelFolderIn(run)
    readFile(run, join(model, 'model.json'))
    requireSound(join(run, model))
    requireAccepted(run, options)
    const { precision = 'float32', readers, given, plugins } = options
    if (precision !== 'float32') {
      const { exportLayers } = await import('./export-layers.js')
      const own = { ...(readers && { readers }), ...(given && { given }), ...(plugins && { plugins }) }
      await exportLayers({ run, out, precision, ...own }, (name) => readFile(run, name))
      return
    }
    for (const name of modelFiles) writeAtomic(join(out, name), readFile(run, join(model, name)))
    noteCopy(run, out, model)
  },
  async onnx(run, out, architecture, options) {
    requireTrained(run, architecture)
    requireAccepted(run, options)
    // The other formats need neither data nor a backend.
    const { exportOnnx } = await import('./export-onnx.js')
    await exportOnnx({ run, out, ...options })
  },
  architecture: (run, out, name) => writeJson(out, readArchitecture(run, name)),
  dot: (run, out, name) => writeAtomic(out, architectureDot(readArchitecture(run, name))),
  svg: async (run, out, name) =>
    writeAtomic(out, `${await dotToSvg(architectureDot(readArchitecture(run, name)))}\n`),
}

function requireTrained(run: string, architecture: string): void {
  if (architecture === 'architecture.json') return
  throw new InputError(
    `--menu: the architecture was not trained; train it with "sentei retrain ${run} --menu …", and export that run`,
  )
}

/** Throws Refused if the model of a run does not meet its criteria and is not to be exported all the same. */
function requireAccepted(run: string, { refused = false }: ExportOptions): void {
  if (refused || !isFinished(run)) return
  const { metrics } = readFinishedRun(run)
  if (metrics.criteria.passed) return
  throw new Refused(
    `${run}: refused: the model does not meet the criteria that were set beforehand: ${refusalText(metrics)}; train another one, or export this one all the same with --refused`,
  )
}

/** The formats into which a run can be exported. */
export const exportFormats: readonly string[] = Object.keys(exporters)

/**
 * Exports the result of a finished run in a format: `layers` (a folder with the verified LayersModel), `onnx`
 * (a verified ONNX model and its certificate), `architecture` (JSON), `dot` or `svg` (files). With `menu`,
 * the architecture of that size of its menu is exported. Throws for an unknown format or size, and lists
 * those that exist, and Refused for a model that does not meet its criteria.
 */
export async function exportRun(
  run: string,
  format: string,
  out: string,
  menu?: number,
  options: ExportOptions = {},
): Promise<void> {
  const exporter = Object.hasOwn(exporters, format) ? exporters[format] : undefined
  if (!exporter)
    throw new InputError(
      `--format: expected one of ${exportFormats.join(', ')}, got "${format}"${didYouMean(format, exportFormats)}`,
    )
  if (options.precision !== undefined) precisionIn(format, options.precision)
  await exporter(run, out, menu === undefined ? 'architecture.json' : menuFile(run, menu), options)
}

function readArchitecture(run: string, name: string): Architecture {
  const path = join(run, name)
  const value = jsonObject(readFile(run, name), path, remedyFor(run, name))
  requireValid(ArchitectureSchema, value, path)
  return value as unknown as Architecture
}

/** The file of a size in a run's menu. Throws with a list of the sizes if there is no such size. */
export function menuFile(run: string, size: number): string {
  const sizes = menuSizes(run)
  if (sizes.includes(size)) return join('menu', `${size}.json`)
  const what =
    sizes.length > 0
      ? `expected one of ${sizes.join(', ')}, got ${size}`
      : `${run} has no menu; give one to the search: "sentei search … --menu 0.5,0.25,0.1"`
  throw new InputError(`--menu: ${what}`)
}

const MenuSchema = Type.Object({ menu: Type.Optional(Type.Array(Type.Object({ size: Type.Number() }))) })

function menuSizes(run: string): number[] {
  const path = join(run, 'metrics.json')
  const { menu = [] } = validate(
    MenuSchema,
    jsonObject(readFile(run, 'metrics.json'), path, remedyFor(run, '')),
    path,
  )
  return menu.map(({ size }) => size)
}

function readFile(run: string, name: string): Buffer {
  const bytes = readKept(run, name)
  if (bytes) return bytes
  const path = join(run, name)
  if (!existsSync(join(run, 'config.json')))
    throw damaged(path, 'no such file', 'is this the folder of a run?')
  const finished = existsSync(join(run, 'metrics.json'))
  throw damaged(
    path,
    'no such file',
    finished
      ? `the run is finished, so the file did exist: ${remedyFor(run, name)}`
      : `the run is not finished; go on with "sentei resume ${run}"`,
  )
}
