import { readFileSync, readdirSync } from 'node:fs'
import { packagePath } from './base/files.js'
import type { AnySpace } from './supernet/space.js'
import { autoencoderMlp } from '../supernets/autoencoder-mlp.js'
import { darts } from '../supernets/darts.js'
import { dartsCell } from '../supernets/darts-cell.js'

/** The registry of search spaces: one file and one line each. */
export const spaces: readonly AnySpace[] = [dartsCell, darts, autoencoderMlp]

/** Names of the schedule presets in `schedules/`: one JSON file each. */
export const presetNames = (): string[] =>
  readdirSync(packagePath('schedules'))
    .filter((file) => file.endsWith('.json'))
    .map((file) => file.slice(0, -'.json'.length))
    .sort()

/** The text of a preset's document. */
export const readPreset = (name: string): string =>
  readFileSync(packagePath('schedules', `${name}.json`), 'utf8')

export { terms } from './objective/terms/index.js'
