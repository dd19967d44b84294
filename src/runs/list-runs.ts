import { existsSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { checksumsFile } from '../base/checksums.js'
import type { Event } from '../events/types.js'
import { eventsOf } from '../report/history.js'
import type { Run } from '../report/run.js'
import { failureOf } from '../report/standing.js'
import { eventsFile } from './log-mark.js'
import { readRun } from './read-run.js'
import { retrainedFrom } from './run-folder.js'
import { isHeld } from '../base/run-lock.js'

/** What a run is doing, or how it ended: `stopped` is one whose process ended without a word. */
export type RunState = 'finished' | 'running' | 'interrupted' | 'diverged' | 'failed' | 'stopped'

/** A run in a folder, as `sentei runs` lists it; null where it is not known yet. */
export interface ListedRun {
  /** Its folder, relative to the one that is listed. */
  readonly run: string
  readonly state: RunState
  /** Whether it trained an architecture of another run. */
  readonly retraining: boolean
  readonly data: string | null
  readonly space: string | null
  readonly seed: number | null
  readonly metric: string | null
  readonly validation: number | null
  readonly test: number | null
  readonly parameters: number | null
  /** The parameters as a share of the unpruned network's. */
  readonly share: number | null
  /** Whether all criteria are met, and how many there are. */
  readonly criteria: { readonly passed: boolean; readonly of: number } | null
  /** When its log was last written, in ISO 8601. */
  readonly last: string
}

/** What a folder holds: its runs, the last written first, and folders that look like runs but cannot be read. */
export interface RunList {
  readonly runs: readonly ListedRun[]
  readonly unreadable: readonly { readonly run: string; readonly why: string }[]
}

/** How deep below a folder runs are looked for: those of sweeps lie in folders of their own. */
const deepest = 3

/** Lists the runs in a folder and below it. Writes nothing. */
export function listRuns(folder: string): RunList {
  const runs: ListedRun[] = []
  const unreadable: { run: string; why: string }[] = []
  for (const run of runFolders(folder, '', deepest)) {
    try {
      runs.push(listed(join(folder, run), run))
    } catch (error) {
      unreadable.push({ run: run || '.', why: error instanceof Error ? error.message : String(error) })
    }
  }
  const byTime = (a: ListedRun, b: ListedRun) =>
    a.last === b.last ? (a.run < b.run ? -1 : 1) : a.last < b.last ? 1 : -1
  return { runs: runs.sort(byTime), unreadable }
}

/** The folders that a run wrote, by their paths below `folder`. Nothing below a run is one. */
function runFolders(folder: string, below: string, depth: number): string[] {
  const here = join(folder, below)
  const marks = [eventsFile, checksumsFile].some((name) => existsSync(join(here, name)))
  if (marks && existsSync(join(here, 'config.json'))) return [below]
  if (depth === 0) return []
  return readdirSync(here, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))
    .map(({ name }) => name)
    .sort()
    .flatMap((name) => runFolders(folder, below === '' ? name : `${below}/${name}`, depth - 1))
}

function listed(folder: string, name: string): ListedRun {
  const run = readRun(folder)
  const { metrics, events } = run
  const [start] = eventsOf(events, 'start')
  const { parameters = null } = metrics?.derived ?? {}
  const whole = (metrics?.baseline ?? metrics?.supernet)?.parameters ?? null
  const results = metrics?.criteria?.results ?? []
  return {
    run: name === '' ? '.' : name,
    state: stateOf(folder, run),
    retraining: existsSync(join(folder, retrainedFrom)),
    data: start?.data ?? null,
    space: start?.space ?? null,
    seed: start?.seed ?? null,
    metric: metrics?.metric ?? null,
    validation: metrics?.validation?.final ?? null,
    test: metrics?.test?.final ?? null,
    parameters,
    share: parameters === null || whole === null ? null : parameters / whole,
    criteria: metrics?.criteria ? { passed: metrics.criteria.passed === true, of: results.length } : null,
    last: statSync(join(folder, eventsFile)).mtime.toISOString(),
  }
}

function stateOf(
  folder: string,
  { metrics, events }: Pick<Run, 'metrics'> & { events: readonly Event[] },
): RunState {
  if (isHeld(folder)) return 'running'
  if (metrics) return 'finished'
  const reason = failureOf([...events])?.reason
  return reason === undefined ? 'stopped' : reason === 'error' ? 'failed' : reason
}
