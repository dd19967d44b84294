import { outputsOf } from '../../data/types.js'
import { noSeconds, type Span } from '../expected.js'
import type { Trial } from '../types.js'
import { planFor } from './trees.js'

/** Seconds of a unit of work of `planFor`. */
const perUnit = 8e-9

/** The rounds after which trees no longer get better, as a rule, with those that found out. */
const usualRounds = 150

/** The seconds of the rivals that a trial asks for. All but the trees take no time to speak of. */
export function rivalsSpan({ config, data: { dataset, splits } }: Pick<Trial, 'config' | 'data'>): Span {
  if (!config.rivals?.includes('trees')) return noSeconds
  const features = dataset.shape.reduce((product, n) => product * n, 1)
  const rows = splits.train.length + splits.arch.length
  const plan = planFor({ rows, features, width: outputsOf(dataset.task) })
  if (!plan) return noSeconds
  const seconds = (rounds: number) => perUnit * plan.perRound * rounds
  return { typical: seconds(Math.min(usualRounds, plan.rounds)), most: seconds(plan.rounds) }
}
