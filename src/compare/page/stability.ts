import { setName, stabilityTable } from '../result-tables.js'
import type { ComparisonSummary } from '../summary.js'
import { tableMarkup, type PageSection } from './parts.js'

/** How much results vary: over seeds, over test rows, at the end of the training, in what is kept. */
export const stabilitySection = ({ sets, against }: ComparisonSummary): PageSection => ({
  id: 'stability',
  title: 'stability',
  hint: 'Standard deviations of the test error over seeds, also by that of another method with the p of Pitman and Morgan’s test that both are equal, of the test metric over bootstrap resamples of the test rows, and of the loss in the last tenth of the training. Agreement is the share of what two seeds keep that both keep, from 0 to 1.',
  content: sets.map((set) => tableMarkup(setName(set), stabilityTable(set, against))),
})
