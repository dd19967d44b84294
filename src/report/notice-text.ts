import type { EventOf } from '../events/types.js'

/** `search, iteration 120: search.weights.learningRate 0.1 → 0.05 by roll-back (the loss is not finite at iteration 131)`. */
export function interventionText({ stage, step, what, from, to, by, why }: EventOf<'intervention'>): string {
  const text = (value: unknown) =>
    value === null
      ? 'none'
      : typeof value === 'number'
        ? `${Number(value.toPrecision(4))}`
        : JSON.stringify(value)
  return `${stage}, iteration ${step}: ${what} ${text(from)} → ${text(to)} by ${by}${why === undefined ? '' : ` (${why})`}`
}

/** An alarm as a sentence. */
export function alarmText({ step, alarm, layer, message, safeguard }: EventOf<'alarm'>): string {
  const place = layer === null ? '' : ` in ${layer}`
  const done = safeguard === undefined ? '' : `; safeguard: ${safeguard}`
  return `alarm at step ${step}: ${alarm}${place}: ${message}${done}`
}

/** An alarm or intervention of an earlier search as a sentence. */
export const noticeText = ({ event }: EventOf<'notice'>): string =>
  event.type === 'alarm' ? alarmText(event) : interventionText(event)
