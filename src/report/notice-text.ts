import type { EventOf } from '../events/types.js'
import { formatCount, formatNumber } from './format.js'

/** `step 120 of search: roll-back changed search.weights.learningRate from 0.1 to 0.05 (the loss is not finite at iteration 131)`. */
export function interventionText({ stage, step, what, from, to, by, why }: EventOf<'intervention'>): string {
  const text = (value: unknown) =>
    value === null ? 'none' : typeof value === 'number' ? numberText(value) : JSON.stringify(value)
  return `step ${formatCount(step)} of ${stage}: ${by} changed ${what} from ${text(from)} to ${text(to)}${why === undefined ? '' : ` (${why})`}`
}

const numberText = (value: number): string =>
  Number.isInteger(value) ? formatCount(value) : formatNumber(value)

/** An alarm as a sentence. */
export function alarmText({ step, alarm, layer, message, safeguard }: EventOf<'alarm'>): string {
  const place = layer === null ? '' : ` in ${layer}`
  const done = safeguard === undefined ? '' : `; safeguard: ${safeguard}`
  return `alarm at step ${step}: ${alarm}${place}: ${message}${done}`
}

/** An alarm or intervention of an earlier search as a sentence. */
export const noticeText = ({ event }: EventOf<'notice'>): string =>
  event.type === 'alarm' ? alarmText(event) : interventionText(event)
