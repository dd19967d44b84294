import { existsSync, readdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { Type } from '@sinclair/typebox'
import { nodeSha256 } from '../base/files.js'
import { readSealed, writeSealed } from '../base/sealed.js'
import type { ScheduleDocument } from '../config/schedule-schema.js'
import { requireValid } from '../config/validator.js'
import type { PreparedData } from '../data/types.js'
import { metrics } from '../objective/metrics.js'
import { chooseLessons, type Lesson, type Traits } from '../planners/lessons.js'
import type { Supernet } from '../supernet/types.js'
import type { TrialMetrics } from '../trial/figures.js'
import type { Trial } from '../trial/types.js'

/** The most lessons that a planner gets. */
const most = 3

/**
 * Adds the lessons of the most similar data to a document, if its planner has a store. The configuration of a
 * run thus records which lessons it used, and a resumed run uses the same ones.
 */
export function withLessons(
  document: ScheduleDocument,
  data: PreparedData,
  supernet: Supernet,
  folder: string,
): ScheduleDocument {
  const { planner } = document
  if (planner?.store === undefined || planner.lessons) return document
  const store = resolve(folder, planner.store)
  const plannerLessons = readLessons(store).filter((lesson) => lesson.planner === planner.name)
  const lessons = chooseLessons(plannerLessons, traitsOf(document, data, supernet), most)
  return { ...document, planner: { ...planner, store, lessons } }
}

/** Writes what the planner of a run found to its store, if it has one. */
export function keepLesson(
  trial: Trial,
  run: string,
  finding: unknown,
  { validation, metric }: TrialMetrics,
): void {
  const document = trial.config.schedule as ScheduleDocument
  const { planner } = document
  if (planner?.store === undefined || finding === undefined || validation.final === null) return
  const loss = metrics[metric].higherIsBetter ? -validation.final : validation.final
  const traits = traitsOf(document, trial.data, trial.supernet)
  const lesson: Lesson = { run, planner: planner.name, traits, loss, found: finding }
  const { lessons: _, ...settings } = planner
  const key = nodeSha256(JSON.stringify([traits, settings, trial.config.seed]))
  writeSealed(join(planner.store, `${planner.name}-${key.slice(0, 16)}.json`), lesson)
}

function traitsOf(document: ScheduleDocument, { dataset }: PreparedData, supernet: Supernet): Traits {
  const { phases, prune, table } = document
  return {
    space: supernet.space,
    task: dataset.task.kind === 'classification' ? 'classification' : 'regression',
    data: dataset.hash,
    base: nodeSha256(JSON.stringify([phases, prune, table ?? null])),
    sizes: [dataset.rows, dataset.shape.reduce((product, n) => product * n, 1), supernet.outputs],
  }
}

const LessonSchema = Type.Object({
  run: Type.String(),
  planner: Type.String(),
  traits: Type.Object({
    space: Type.String(),
    task: Type.String(),
    data: Type.String(),
    base: Type.String(),
    sizes: Type.Array(Type.Number()),
  }),
  loss: Type.Number(),
})

function readLessons(store: string): Lesson[] {
  if (!existsSync(store)) return []
  const files = readdirSync(store).filter((file) => file.endsWith('.json'))
  return files.sort().map((file) => {
    const path = join(store, file)
    const lesson = readSealed(path, 'expected a lesson of a planner; remove it')!.value
    requireValid(LessonSchema, lesson, path)
    return lesson as unknown as Lesson
  })
}
