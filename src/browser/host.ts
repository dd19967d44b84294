import { InputError } from '../base/errors.js'
import { sha256 } from '../base/hash.js'
import { memorySettings } from '../data/data-settings.js'
import { datasetOf } from '../data/dataset-of.js'
import type { GivenData } from '../data/given.js'
import type { TrialHost } from '../setup/host.js'
import { noSchedule } from '../setup/schedule-of.js'

/**
 * An environment without files: the data are in memory, and everything that a configuration refers to by a
 * file is refused.
 */
export const fileless = (given: GivenData | undefined): TrialHost => ({
  dataset: async ({ data, split }) => datasetOf(memorySettings(data, given), split, sha256),
  schedule: (name, path) => {
    throw noSchedule(name, path, 'expected a preset or a document, because there are no files here, got')
  },
  latency: (name) => {
    throw inNode('config.objective.latency', 'no table of times', name)
  },
  withLessons(document) {
    const { planner } = document
    if (planner?.store === undefined || planner.lessons) return document
    throw inNode('config.schedule.planner.store', 'no store', planner.store)
  },
  benchmark: ({ table }) => {
    throw inNode('config.benchmark.table', 'no table', table)
  },
})

/** The error for something that only exists in Node. */
export const inNode = (path: string, what: string, value: unknown): InputError =>
  new InputError(
    `${path}: expected ${what}, because there are no files and threads here, got ${JSON.stringify(value)}; remove it, or search in Node`,
  )
