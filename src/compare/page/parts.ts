import { html, type Markup } from '../../report/markup.js'
import type { Cell, ResultTable } from '../result-tables.js'

/** A section of the page before it is rendered; its title also stands in the list of sections. */
export interface PageSection {
  readonly id: string
  readonly title: string
  /** What to look for. */
  readonly hint: string
  readonly content: Markup | Markup[]
}

/** A table in HTML. The first column names the rows, and the others are right-aligned. */
export const tableMarkup = (caption: string, { rowsOf, columns, rows }: ResultTable): Markup => html`
  <h3>${caption}</h3>
  <div class="scroll" tabindex="0" role="region" aria-label="${caption}">
    <table class="results">
      <thead>
        <tr>
          <th scope="col">${rowsOf}</th>
          ${columns.map((name) => html`<th scope="col" class="number">${name}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${rows.map(
          ({ name, cells }) =>
            html`<tr>
              <th scope="row">${name}</th>
              ${cells.map((cell) => html`<td class="number">${cellMarkup(cell)}</td>`)}
            </tr>`,
        )}
      </tbody>
    </table>
  </div>
`

function cellMarkup(cell: Cell): string | Markup {
  if (typeof cell === 'string') return cell
  const { text, mark } = cell
  return mark === 'best' ? html`<b>${text}</b> (best)` : html`<b class="${mark}">${text}</b>`
}
