import { formatCount, formatDifferenceWithInterval, formatNumber, nothing } from '../../report/format.js'
import { html, type Markup } from '../../report/markup.js'
import type { PairedDifference } from '../difference.js'
import type { SetSummary, Spread } from '../summary.js'

/** A section of the page before it is rendered; its title also stands in the list of sections. */
export interface PageSection {
  readonly id: string
  readonly title: string
  /** What to look for. */
  readonly hint: string
  readonly content: Markup | Markup[]
}

/** The name of a set with its number of rows, if that is limited. */
export const setName = ({ set, size }: Pick<SetSummary, 'set' | 'size'>): string =>
  size === 'all' ? set : `${set}, ${formatCount(size)} rows`

/** A table whose first column names its rows. Columns after the first are right-aligned. */
export const table = (
  caption: string,
  head: readonly string[],
  rows: readonly (readonly (string | Markup)[])[],
): Markup => html`
  <h3>${caption}</h3>
  <div class="scroll" tabindex="0" role="region" aria-label="${caption}">
    <table class="results">
      <thead>
        <tr>
          ${head.map((name, i) => html`<th scope="col" class="${i === 0 ? '' : 'number'}">${name}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${rows.map(
          ([name, ...cells]) =>
            html`<tr>
              <th scope="row">${name}</th>
              ${cells.map((cell) => html`<td class="number">${cell}</td>`)}
            </tr>`,
        )}
      </tbody>
    </table>
  </div>
`

export const spreadText = (
  spread: Spread | null,
  format: (value: unknown) => string = formatNumber,
): string =>
  spread === null ? nothing : `${format(spread.mean)}${spread.std === null ? '' : ` ± ${format(spread.std)}`}`

/** A difference with the interval of the corrected t-test. */
export const differenceText = (difference: PairedDifference | null): string =>
  difference ? formatDifferenceWithInterval(difference.mean, difference.t?.interval) : nothing
