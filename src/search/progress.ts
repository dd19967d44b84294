import { freshCourse } from '../train/course.js'
import type { SearchProgress } from './state.js'

/** The progress of a search that has just begun. */
export const freshProgress = (): SearchProgress => ({
  best: null,
  bestStep: 0,
  lossSums: { task: 0, reconstruction: 0, count: 0 },
  jumps: 0,
  streaks: { zero: {}, weak: {} },
  ablations: {},
  alarms: { raised: [], heldUntil: 0, good: null, terms: [] },
  allowance: null,
  turns: [],
  menu: [],
  interventions: [],
  course: freshCourse(),
})
