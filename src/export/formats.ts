import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { InputError } from '../base/errors.js'
import { writeAtomic } from '../base/files.js'
import { didYouMean } from '../base/suggest.js'
import type { Architecture } from '../supernet/types.js'
import { architectureDot, dotToSvg } from './dot.js'
import { modelFiles } from './model-files.js'

type Exporter = (run: string, out: string) => Promise<void> | void

const exporters: Readonly<Record<string, Exporter>> = {
  layers(run, out) {
    for (const name of modelFiles) writeAtomic(join(out, name), readFile(run, join('model', name)))
  },
  architecture: (run, out) => writeAtomic(out, readFile(run, 'architecture.json')),
  dot: (run, out) => writeAtomic(out, architectureDot(readArchitecture(run))),
  svg: async (run, out) => writeAtomic(out, `${await dotToSvg(architectureDot(readArchitecture(run)))}\n`),
}

/** What a run can be exported as. */
export const exportFormats: readonly string[] = Object.keys(exporters)

/**
 * Writes a finished run's result in a format: `layers` (a folder: the verified LayersModel), `architecture`
 * (JSON), `dot`, `svg` (files). Refuses what does not exist, with what does.
 */
export async function exportRun(run: string, format: string, out: string): Promise<void> {
  const exporter = Object.hasOwn(exporters, format) ? exporters[format] : undefined
  if (!exporter)
    throw new InputError(
      `--format: expected one of ${exportFormats.join(', ')}, got "${format}"${didYouMean(format, exportFormats)}`,
    )
  await exporter(run, out)
}

const readArchitecture = (run: string) =>
  JSON.parse(readFile(run, 'architecture.json').toString('utf8')) as Architecture

function readFile(run: string, name: string): Buffer {
  const path = join(run, name)
  if (existsSync(path)) return readFileSync(path)
  const isRun = existsSync(join(run, 'config.json'))
  const hint = isRun
    ? `the run is not finished; go on with "sentei resume ${run}"`
    : 'is this the folder of a run?'
  throw new InputError(`${path}: no such file; ${hint}`)
}
