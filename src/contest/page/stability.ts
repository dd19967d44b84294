import { formatNumber } from '../../report/format.js'
import type { ComparisonSummary } from '../summary.js'
import { setName, table, type Part } from './parts.js'

/** How much results vary: over seeds, over test rows, at the end of the training, in what is kept. */
export const stabilitySection = ({ sets }: ComparisonSummary): Part => ({
  id: 'stability',
  title: 'stability',
  hint: 'Standard deviations of the test error over seeds, of the test metric over bootstrap resamples of the test rows, and of the loss in the last tenth of the training. Agreement is the share of what two seeds keep that both keep, from 0 to 1.',
  content: sets.map(({ methods, ...set }) =>
    table(
      setName(set),
      ['method', 'over seeds', 'over test rows', 'last losses', 'agreement'],
      methods.map(({ method, error, stability: { bootstrap, losses, agreement } }) => [
        method,
        ...[error?.std, bootstrap, losses, agreement].map(formatNumber),
      ]),
    ),
  ),
})
