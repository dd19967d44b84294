import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { InputError } from '../base/errors.js'
import { writeAtomic, writeJson } from '../base/files.js'
import { jsonObject } from '../base/sealed.js'
import { checkComparison } from '../config/check-comparison.js'
import type { ComparisonDocument } from '../config/comparison-schema.js'
import { withRunLock } from '../base/run-lock.js'
import { namingPlugins } from '../setup/plugins/needs.js'
import { compare, type CompareOptions, type Comparison } from './compare.js'
import { fileStore } from './file-store.js'
import { renderComparison } from './page/page.js'
import { registrationOf, type Registration } from './registration.js'
import { resultsCsv, timingsCsv } from './rows-csv.js'
import { summaryText } from './summary-text.js'

export interface CompareRunOptions extends Omit<CompareOptions, 'store'> {
  /** The file of the document. If it is given, `registration.json` keeps its hash and Git commit. */
  readonly file?: string
  /** The comparison's folder: new, empty, or one in which a comparison was begun. */
  readonly out: string
  /** Called with notices for the user. They do not stop the comparison. */
  readonly onNotice?: (text: string) => void
}

const documentFile = 'comparison.json'
const trialsFile = 'trials.jsonl'

/**
 * Runs a comparison in a folder. `trials.jsonl` keeps each trial as soon as it ends, so that a call after an
 * interrupt, or with more seeds, methods or sets, runs only the missing trials. Writes `comparison.json`
 * first and, at the end, `results.csv`, `timings.csv`, `summary.json`, `summary.md` and `report.html`. Throws
 * an InputError if another process writes to the folder, or if the preregistration differs from the one under
 * which the trials there began.
 */
export async function compareRun({
  out,
  file,
  onNotice,
  ...options
}: CompareRunOptions): Promise<Comparison> {
  const document = namingPlugins(
    checkComparison(options.comparison, options.locate),
    options.plugins,
    'comparison.plugins',
  )
  requireFolderOfComparison(out)
  return withRunLock(out, onNotice, async () => {
    const store = fileStore(join(out, trialsFile))
    requireSamePreregistration(out, document, (await store.done()).length > 0)
    let begun = false
    const registration = file === undefined ? null : await registrationOf(file)
    const comparison = await compare({
      ...options,
      store,
      onProgress: (progress) => {
        // The first report comes before any trial runs, and after every check that may refuse the document.
        if (!begun) begin(out, document, registration)
        if (!begun && progress.others > 0) onNotice?.(othersText(out, progress.others))
        begun = true
        options.onProgress?.(progress)
      },
    })
    writeAtomic(join(out, 'results.csv'), resultsCsv(comparison.rows))
    writeAtomic(join(out, 'timings.csv'), timingsCsv(comparison.rows))
    writeJson(join(out, 'summary.json'), comparison.summary)
    writeAtomic(join(out, 'summary.md'), summaryText(comparison.summary, comparison.rows))
    writeAtomic(join(out, 'report.html'), renderComparison(comparison))
    return comparison
  })
}

/** Writes the document, and how it was registered when the comparison began: later calls leave that alone. */
function begin(out: string, document: ComparisonDocument, registration: Registration | null): void {
  const first = !existsSync(join(out, documentFile))
  writeJson(join(out, documentFile), document)
  if (first && registration) writeJson(join(out, 'registration.json'), registration)
}

const othersText = (out: string, others: number): string =>
  `${join(out, trialsFile)}: ${others} of its trials do not count, and stay there: they are not of this document and its data, or of an earlier version of Sentei`

function requireFolderOfComparison(out: string): void {
  if (!existsSync(out)) return
  if (!statSync(out).isDirectory())
    throw new InputError(`${out}: expected a folder, got a file; choose another one`)
  if (readdirSync(out).length > 0 && !existsSync(join(out, documentFile)))
    throw new InputError(
      `${out}: expected a new folder, or one that a comparison began, got one with other files; choose another one`,
    )
}

/** Refuses a preregistration that was changed after trials had run. */
function requireSamePreregistration(out: string, document: ComparisonDocument, hasTrials: boolean): void {
  const path = join(out, documentFile)
  if (!hasTrials || !existsSync(path)) return
  const { preregistered: before } = jsonObject(readFileSync(path), path, 'restore it from a copy')
  const { preregistered: now } = document
  const text = (value: unknown): string => {
    const { method, against, margin } = (value ?? {}) as Partial<NonNullable<typeof now>>
    return value === undefined ? 'nothing' : `${method} against ${against} within ${margin}`
  }
  if (text(before) !== text(now))
    throw new InputError(
      `comparison.preregistered: expected ${text(before)}, as the trials in ${out} began with, got ${text(now)}; what is named after results are known is not preregistered: compare in another folder`,
    )
}
