import { existsSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { formatNumber } from '../report/format.js'
import { criterionName, criterionRemedy } from '../trial/criteria/judge.js'
import type { CriterionResult, KeptMetrics } from '../trial/figures.js'

/** The folders of a run's model: one that meets its criteria, and one that does not. */
const [accepted, refused] = ['model', 'model-refused']

/** The folder inside a run's into which its model is written. */
export const modelFolderFor = ({ criteria }: Pick<KeptMetrics, 'criteria'>): string =>
  criteria.passed ? accepted : refused

/** The folder inside a run's in which its model lies; runs of before criteria moved it always have `model`. */
export const modelFolderIn = (run: string): string => (isRefused(run) ? refused : accepted)

/** Whether a folder is that of a run whose model does not meet its criteria. */
export const isRefused = (run: string): boolean => existsSync(join(run, refused, 'model.json'))

/** Removes the model that an interrupted export of the same run may have left in the other folder. */
export function removeOtherModel(run: string, metrics: Pick<KeptMetrics, 'criteria'>): void {
  rmSync(join(run, metrics.criteria.passed ? refused : accepted), { recursive: true, force: true })
}

/** The criteria that a model does not meet, each with its bound and what was measured. */
export const missedCriteria = ({ criteria }: Pick<KeptMetrics, 'criteria'>): CriterionResult[] =>
  criteria.results.filter(({ passed }) => !passed)

/** A criterion with its bound and what was measured: `accuracy (test) ≥ 0.97, got 0.953`. */
export function criterionText(criterion: CriterionResult): string {
  const { atLeast, atMost, value, where } = criterion
  const bounds = [
    ...(atLeast === undefined ? [] : [`≥ ${atLeast}`]),
    ...(atMost === undefined ? [] : [`≤ ${atMost}`]),
  ]
  const at = where === undefined ? '' : ` (${where})`
  return `${criterionName(criterion)} ${bounds.join(' and ')}, got ${formatNumber(value)}${at}`
}

/** Why a model is refused, and what may help, criterion by criterion. */
export const refusalText = (metrics: Pick<KeptMetrics, 'criteria'>): string =>
  missedCriteria(metrics)
    .map((criterion) => {
      const remedy = criterionRemedy(criterion)
      return `${criterionText(criterion)}${remedy && ` (${remedy})`}`
    })
    .join('; ')
