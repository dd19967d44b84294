import { forecastRivalNames } from '../config/trial-rival-schema.js'
import { metrics as known } from '../objective/metrics.js'
import { trialRivals } from '../trial/rivals/index.js'
import { formatCount, formatDifferenceWithInterval, formatNumber, isNumber } from './format.js'
import type { RunMetrics, RunRival } from './run.js'

type Split = 'validation' | 'test'

/** A rival's name in tables; rivals of other versions keep theirs. */
export const rivalTitle = ({ name = '' }: RunRival): string =>
  Object.hasOwn(trialRivals, name) ? trialRivals[name as keyof typeof trialRivals].title : name

/** A rival's size: `4 parameters` without the word, or `1,210 nodes`. */
export const rivalSize = ({ parameters, nodes }: RunRival): string =>
  isNumber(nodes) ? `${formatCount(nodes)} nodes` : formatCount(parameters)

/**
 * What the rivals say of the data and of the network, a sentence each: that trees or the past itself are
 * better, that it is no better than a constant, that rows were left out, that one which was asked for is not for
 * such data. Empty where nothing is to be said.
 */
export function rivalTexts(metrics: RunMetrics, asked: readonly string[] = []): string[] {
  const { rivals = [] } = metrics
  const texts = rivals.flatMap((rival) => [
    ...(isPreferable(rival) && isBehind(metrics, rival)
      ? [`this data prefers ${wordOf(rival)}: ${comparedText(metrics, rival)}`]
      : []),
    ...(rival.name === 'constant' && !isAhead(metrics, rival)
      ? [
          `the network is not better than a constant beyond chance: ${comparedText(metrics, rival)}; the inputs may say little about the target`,
        ]
      : []),
    ...(forecastRivalNames.includes(rival.name ?? '') && !isBehind(metrics, rival) && !isAhead(metrics, rival)
      ? [`the network is not better than ${rivalTitle(rival)} beyond chance: ${comparedText(metrics, rival)}`]
      : []),
    ...(isNumber(rival.period)
      ? [
          `${rivalTitle(rival)} repeats the value of ${formatCount(rival.period)} steps before (${rival.season ?? 'a season'})`,
        ]
      : []),
    ...(isNumber(rival.rows)
      ? [`${rivalTitle(rival)} learnt from ${formatCount(rival.rows)} rows only, to be done in seconds`]
      : []),
  ])
  // Runs of before there were rivals have no list of them.
  return metrics.rivals ? [...texts, ...absentTexts(rivals, asked)] : []
}

const isPreferable = ({ name }: RunRival): boolean =>
  name === 'trees' || forecastRivalNames.includes(name ?? '')

const wordOf = (rival: RunRival): string => (rival.name === 'trees' ? 'trees' : rivalTitle(rival))

/** Which rivals are missing although they were asked for, and why. */
const absentTexts = (rivals: readonly RunRival[], asked: readonly string[]): string[] =>
  asked.flatMap((name) => {
    if (rivals.some((rival) => rival.name === name)) return []
    const { limits } = Object.hasOwn(trialRivals, name) ? trialRivals[name as keyof typeof trialRivals] : {}
    return limits === undefined ? [] : [`${rivalTitle({ name })} are left out: they are for ${limits}`]
  })

/** On which splits a rival can be compared with the network. */
const splitsOf = ({ noise }: RunRival): Split[] =>
  (['validation', 'test'] as const).filter((split) => noise?.[split]?.difference?.interval)

/** Whether the network is worse than a rival beyond noise, on each split that both were measured on. */
function isBehind(metrics: RunMetrics, rival: RunRival): boolean {
  const splits = splitsOf(rival)
  return splits.length > 0 && splits.every((split) => sideOf(metrics, rival, split) < 0)
}

/** Whether the network is better beyond noise on the last split; true if that cannot be told. */
function isAhead(metrics: RunMetrics, rival: RunRival): boolean {
  const split = splitsOf(rival).at(-1)
  return split === undefined || sideOf(metrics, rival, split) > 0
}

/** 1 if the network is better than a rival beyond noise, −1 if it is worse, otherwise 0. */
function sideOf({ metric = '' }: RunMetrics, { noise }: RunRival, split: Split): -1 | 0 | 1 {
  const [low, high] = noise?.[split]?.difference?.interval ?? []
  if (!isNumber(low) || !isNumber(high) || (low <= 0 && high >= 0)) return 0
  const higherIsBetter = Object.hasOwn(known, metric) && known[metric as keyof typeof known].higherIsBetter
  return low > 0 === higherIsBetter ? 1 : -1
}

/** `its test rmse is 4.83, network minus rival +0.62 [+0.31, +0.94]`. */
function comparedText({ metric = 'metric' }: RunMetrics, rival: RunRival): string {
  const split = splitsOf(rival).at(-1)!
  const { value, interval } = rival.noise![split]!.difference!
  return `its ${split} ${metric} is ${formatNumber(rival[split])}, network minus rival ${formatDifferenceWithInterval(value, interval)}`
}
