import { mostUnexplained } from '../objective/most-unexplained.js'
import { furtherText } from '../report/further-text.js'
import { formatCount, formatNumber } from '../report/format.js'
import type { RunPlan } from '../runs/plan-run.js'
import type { RetrainOptions, SearchOptions } from '../train/training.js'

/**
 * How the stages will train, one line each: `search   2,000 steps of 64 rows, evaluated every 64 steps; adam
 * with learning rate 0.003, constant`.
 */
export const trainingLines = ({ search, retrain, teacher }: RunPlan['training']): string[] => [
  `search   ${trainingText(search)}`,
  `retrain  ${trainingText(retrain)}${distillationText(retrain, teacher)}`,
]

/** How much of the loss compares with the outputs of a teacher: the unpruned supernet, or one from outside. */
function distillationText(
  { distillation, options }: RetrainOptions,
  teacher: RunPlan['training']['teacher'],
): string {
  const { share, teachers = 1 } = distillation
  if (share === 0 || (options && teacher === undefined)) return ''
  const percent = (value: number) => `${formatNumber(100 * value)} %`
  const part = share === 'unexplained' ? `at most ${percent(mostUnexplained)}` : percent(share)
  const files = [teacher ?? []].flat().join(', ')
  const by =
    files !== ''
      ? files
      : teachers > 1
        ? `the mean of ${teachers} unpruned supernets`
        : 'the unpruned supernet'
  return `; ${part} of the loss compares it with ${by}${furtherText(distillation)}`
}

function trainingText({
  steps,
  batch,
  evaluateEvery,
  earlyStop,
  weights,
  average,
}: SearchOptions | RetrainOptions): string {
  const { optimizer, learningRate, decay, clipNorm } = weights
  const stop = earlyStop ? `at most ${formatCount(steps)} steps` : `${formatCount(steps)} steps`
  return [
    `${stop} of ${batch} rows, evaluated every ${evaluateEvery === 1 ? 'step' : `${formatCount(evaluateEvery)} steps`}`,
    ...(earlyStop ? [`; ends after ${formatCount(earlyStop.steps)} steps without improvement`] : []),
    `; ${optimizer} with learning rate ${learningRate}, ${decay}`,
    ...(clipNorm === undefined ? [] : [`; the gradient's norm is at most ${clipNorm}`]),
    ...(average ? ['; the weights are averaged'] : []),
  ].join('')
}
