import type { Task } from '../data/types.js'
import type { MetricOptions } from './metric.js'

/** What a task says to its metrics: the place of its positive class, and how a class is decided for. */
export function optionsOf(task: Task): MetricOptions {
  if (task.kind !== 'classification') return {}
  const { classes, decision } = task
  const positive = task.positive === undefined ? undefined : classes.indexOf(task.positive)
  const { threshold, costs } = decision ?? {}
  return {
    positive,
    ...(threshold !== undefined && { offsets: offsetsOf(threshold, positive ?? 1) }),
    costs,
  }
}

/** Offsets of two logits after which the larger one is the positive class from a probability on. */
const offsetsOf = (threshold: number, positive: number): number[] =>
  [0, 1].map((c) => (c === positive ? Math.log((1 - threshold) / threshold) : 0))
