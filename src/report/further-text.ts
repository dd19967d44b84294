import type { DistillationOptions } from '../objective/distillation.js'
import { formatNumber } from './format.js'

/**
 * What the derived network learns from beside measured rows: `, also on 1 unlabelled and 2 made rows for each measured
 * one`. Empty without such rows.
 */
export function furtherText({
  made,
  unlabelled = 0,
}: Pick<DistillationOptions, 'made' | 'unlabelled'>): string {
  const kinds = [
    ...(unlabelled > 0 ? [`${formatNumber(unlabelled)} unlabelled`] : []),
    ...(made && made.rows > 0 ? [`${formatNumber(made.rows)} made`] : []),
  ]
  return kinds.length === 0 ? '' : `, also on ${kinds.join(' and ')} rows for each measured one`
}
