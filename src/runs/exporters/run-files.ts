import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { readKept, remedyFor } from '../../base/checksums.js'
import { InputError, Refused } from '../../base/errors.js'
import { damaged, jsonObject } from '../../base/sealed.js'
import { requireValid } from '../../config/validator.js'
import { ArchitectureSchema } from '../../supernet/architecture-schema.js'
import type { Architecture } from '../../supernet/types.js'
import { refusalText } from '../model-folder.js'
import { isFinished, readFinishedRun } from '../run-folder.js'
import type { ExportOptions } from './types.js'

/** The bytes of a file of a run, as its checksum says. An InputError tells what is missing or damaged. */
export function readFile(run: string, name: string): Buffer {
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
      ? `the run is finished, so it was there: ${remedyFor(run, name)}`
      : `the run is not finished; go on with "sentei resume ${run}"`,
  )
}

/** An architecture of a run. An InputError tells what is wrong with it. */
export function readArchitecture(run: string, name: string): Architecture {
  const path = join(run, name)
  const value = jsonObject(readFile(run, name), path, remedyFor(run, name))
  requireValid(ArchitectureSchema, value, path)
  return value as unknown as Architecture
}

/** Throws unless the architecture is the one that the run has trained. */
export function requireTrained(run: string, architecture: string): void {
  if (architecture === 'architecture.json') return
  throw new InputError(
    `--menu: the architecture was not trained; train it with "sentei retrain ${run} --menu …", and export that run`,
  )
}

/** Throws Refused if the model of a run does not meet its criteria and is not to be exported all the same. */
export function requireAccepted(run: string, { refused = false }: ExportOptions): void {
  if (refused || !isFinished(run)) return
  const { metrics } = readFinishedRun(run)
  if (metrics.criteria.passed) return
  throw new Refused(
    `${run}: refused: the model does not meet the criteria that were set beforehand: ${refusalText(metrics)}; train another one, or export this one all the same with --refused`,
  )
}
