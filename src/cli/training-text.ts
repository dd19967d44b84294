import { formatCount, formatNumber } from '../report/format.js'
import type { ResolvedConfig, RetrainOptions, SearchOptions } from '../search/training.js'

/** How the stages will train, a line each: `search   2,000 steps of 64 rows, evaluated every 64; adam 0.003, constant`. */
export const trainingLines = ({ search, retrain }: Pick<ResolvedConfig, 'search' | 'retrain'>): string[] => [
  `search   ${trainingText(search)}`,
  `retrain  ${trainingText(retrain)}${distillationText(retrain)}`,
]

/** Whose outputs are learnt beside the targets. */
function distillationText({ distillation: { share }, options }: RetrainOptions): string {
  return share === 0 || options ? '' : `; learns ${formatNumber(100 * share)} % from the unpruned supernet`
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
    `${stop} of ${batch} rows, evaluated every ${formatCount(evaluateEvery)}`,
    ...(earlyStop ? [`, over after ${formatCount(earlyStop.steps)} without a better one`] : []),
    `; ${optimizer} ${learningRate}, ${decay}`,
    ...(clipNorm === undefined ? [] : [`, gradient at most ${clipNorm}`]),
    ...(average ? ['; weights averaged'] : []),
  ].join('')
}
