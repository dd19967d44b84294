import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { version_layers } from '@tensorflow/tfjs-layers'
import { nodeSha256, writeAtomic, writeJson } from '../base/files.js'
import { ownVersion } from '../base/version.js'
import { withDecision } from '../data/decision.js'
import type { Event } from '../events/types.js'
import type { PlainNetwork } from '../export/fold.js'
import { modelFiles } from '../export/model-content.js'
import { saveModel } from '../export/save.js'
import type { Verified } from '../export/agreement.js'
import type { MenuEntry } from '../search/state.js'
import type { Architecture } from '../supernet/types.js'
import type { KeptMetrics } from '../trial/figures.js'
import type { Trial } from '../trial/types.js'
import { modelCard } from './card.js'
import { largestDifferenceText, hashesText, withExported, type ExportedFile } from './exported-files.js'
import { eventsFile } from './log-mark.js'
import { modelFolderFor, removeOtherModel } from './model-folder.js'
import { networkFile, writeNetwork } from './network-file.js'
import { readEvents } from './read-run.js'
import { reportRun } from './report-run.js'
import { writeFinished, type Timings } from './run-folder.js'

/** The result of a run. */
export interface Results {
  readonly architecture: Architecture
  /** The architectures of a menu, largest first. */
  readonly menu?: readonly MenuEntry[]
  readonly network: PlainNetwork
  readonly metrics: KeptMetrics
  readonly seconds: Pick<Timings, 'searchSeconds' | 'baselineSeconds' | 'retrainSeconds' | 'rivalsSeconds'>
  /** The number of threads that computed shards. */
  readonly workers: number
  /** The content of `schedule.csv`. */
  readonly schedule: string
}

/**
 * Writes a run's results, including the verified model. The metrics come last, except for the report, which
 * reads them. Nothing may be emitted afterwards, because the hash of the log has been written.
 */
export async function writeResults(
  folder: string,
  given: Trial,
  results: Results,
  log: { emit(event: Event): void; flush(): void },
): Promise<void> {
  const data = withDecision(given.data, results.metrics.decision)
  const trial = { ...given, data }
  const { config, metric } = trial
  const { architecture, menu = [], network, metrics, seconds, workers, schedule } = results
  const write = (name: string, value: unknown) => writeJson(join(folder, name), value)
  writeAtomic(join(folder, 'schedule.csv'), schedule)
  write('architecture.json', architecture)
  for (const entry of menu) write(menuFile(entry), entry.architecture)

  const start = performance.now()
  const place = modelFolderFor(metrics)
  removeOtherModel(folder, metrics)
  const verification = await saveModel({ name: config.name, metric, data, ...network }, join(folder, place))
  writeNetwork(folder, network)
  log.emit({ type: 'stage', stage: 'export', seconds: (performance.now() - start) / 1000 })

  write('timings.json', { ...seconds, workers, stepMs: stepTimes(folder) })
  const card = modelCard({ trial, architecture, metrics, verification })
  const model = ownModel(join(folder, place), verification)
  writeAtomic(join(folder, 'card.md'), withExported(card, place, model))
  log.flush()
  writeFinished(folder, metrics, [
    ...kept,
    ...menu.map(menuFile),
    ...modelFiles.map((name) => join(place, name)),
  ])
  await reportRun(folder)
}

/** What the card says of the run's own model. Node's version is left out: the card has the same bytes everywhere. */
function ownModel(folder: string, { rows, split, largestDifference }: Verified): ExportedFile {
  const hashes = Object.fromEntries(
    modelFiles.map((name) => [name, nodeSha256(readFileSync(join(folder, name)))]),
  )
  return {
    what: 'LayersModel, float32',
    compared: `${rows} ${split} rows: ${largestDifferenceText(largestDifference)}`,
    sha256: hashesText(hashes),
    versions: { sentei: ownVersion(), 'tfjs-layers': version_layers },
  }
}

/** Files that are read back later, in addition to the menu and the model. */
const kept = [eventsFile, 'schedule.csv', 'architecture.json', networkFile, 'timings.json']

const menuFile = ({ figures }: MenuEntry): string => join('menu', `${figures.size}.json`)

function stepTimes(folder: string): Timings['stepMs'] {
  return readEvents(folder).flatMap((event) =>
    event.type === 'evaluation' ? [{ stage: event.stage, step: event.step, ms: event.stepMs }] : [],
  )
}
