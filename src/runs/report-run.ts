import { join } from 'node:path'
import { writeAtomic } from '../base/files.js'
import { drawArchitecture } from '../export/dot.js'
import { renderReport } from '../report/html.js'
import { readRun } from './read-run.js'

/** Renders the `report.html` of a run, finished or not, and returns its path. */
export async function reportRun(folder: string): Promise<string> {
  const run = readRun(folder)
  const path = join(folder, 'report.html')
  writeAtomic(path, renderReport(run, run.architecture ? await drawArchitecture(run.architecture) : []))
  return path
}
