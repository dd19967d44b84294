import { join } from 'node:path'
import { Type } from '@sinclair/typebox'
import { remedyFor } from '../base/checksums.js'
import { InputError } from '../base/errors.js'
import { jsonObject } from '../base/sealed.js'
import { didYouMean } from '../base/suggest.js'
import { validate } from '../config/validator.js'
import type { Precision } from '../export/precision/names.js'
import { exporters } from './exporters/index.js'
import { readFile } from './exporters/run-files.js'
import type { Exporter, ExportOptions } from './exporters/types.js'

export type { ExportOptions } from './exporters/types.js'

/** The formats into which a run can be exported. */
export const exportFormats: readonly string[] = exporters.map(({ name }) => name)

/** All precisions of weights, for help and completion. */
export const precisions: readonly Precision[] = [
  ...new Set(exporters.flatMap(({ model }) => model?.precisions ?? [])),
]

/** The exporter of a format. Throws an InputError that lists those that exist. */
export function exporterOf(format: string): Exporter {
  const exporter = exporters.find(({ name }) => name === format)
  if (exporter) return exporter
  throw new InputError(
    `--format: expected one of ${exportFormats.join(', ')}, got "${format}"${didYouMean(format, exportFormats)}`,
  )
}

/** A text as a precision of a format. Throws an InputError that lists those that it has. */
export function precisionIn(format: string, wanted: string): Precision {
  const able = exporterOf(format).model?.precisions ?? []
  const precision = able.find((each) => each === wanted)
  if (precision !== undefined) return precision
  const models = exporters.filter(({ model }) => model)
  if (able.length === 0) {
    const names = models.map(({ name }) => name).join(' or ')
    throw new InputError(`--precision: expected --format ${names} beside it, got ${format}`)
  }
  const elsewhere = models.find(({ model }) => model!.precisions.some((each) => each === wanted))
  const remedy = elsewhere ? `; --format ${elsewhere.name} has it` : didYouMean(wanted, able)
  throw new InputError(
    `--precision: expected one of ${able.join(', ')} for --format ${format}, got ${wanted}${remedy}`,
  )
}

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
  const exporter = exporterOf(format)
  if (options.precision !== undefined) precisionIn(format, options.precision)
  await exporter.write(run, out, menu === undefined ? 'architecture.json' : menuFile(run, menu), options)
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
