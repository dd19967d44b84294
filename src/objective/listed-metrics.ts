import type { Task } from '../data/types.js'
import { metricsOf, type MetricName } from './metrics.js'

/**
 * The metrics that are listed of a finished model: those of its task, without pinball, which at the quantile
 * 0.5 is half of mae, without f1 where it is macro-f1, and with cost where decisions have some.
 */
export const listedMetrics = (task: Task): readonly MetricName[] =>
  metricsOf[task.kind].filter(
    (name) => name !== 'pinball' && (name !== 'f1' || isOfOne(task)) && (name !== 'cost' || hasCosts(task)),
  )

const hasCosts = (task: Task): boolean => task.kind === 'classification' && task.decision?.costs !== undefined

/** Whether the metrics of one class are about one, and not the mean over several. */
const isOfOne = (task: Task): boolean =>
  task.kind === 'classification' && (task.classes.length === 2 || task.positive !== undefined)
