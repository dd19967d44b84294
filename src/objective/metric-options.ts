import type { Task } from '../data/types.js'
import type { MetricOptions } from './metric.js'

/** What a task says to its metrics: the place of its positive class. */
export const optionsOf = (task: Task): MetricOptions =>
  task.kind === 'classification' && task.positive !== undefined
    ? { positive: task.classes.indexOf(task.positive) }
    : {}
