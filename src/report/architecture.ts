import type { Architecture } from '../supernet/types.js'
import { empty, figure, section } from './figure.js'
import { formatNumber } from './format.js'
import { html, trusted, type Markup } from './markup.js'
import { withEllipsis, labelledPlot } from './plot.js'
import type { Run } from './run.js'

/** A picture of a part of an architecture: an SVG element as text. */
export interface Drawing {
  readonly title: string
  readonly svg: string
}

/**
 * The derived architecture: a drawing of each cell or chain of layers, and the members that every group kept.
 */
export function architectureSection(run: Run, drawings: readonly Drawing[]): Markup {
  return section(
    'architecture',
    'Derived architecture',
    'What is left of the supernet: every arrow is an operation that was kept, with the final weight of its gate in brackets.',
    run.architecture === null
      ? empty('no architecture derived yet')
      : [
          html`<div class="drawings">
            ${drawings.map(({ title, svg }) => figure(html`<b>${title}</b>`, labelledPlot(trusted(svg), `architecture of ${title}`)))}
          </div>`,
          keptTable(run.architecture),
        ],
  )
}

function keptTable(architecture: Architecture): Markup {
  const rows = architecture.groups.map(({ name, layer, kept, of }) => {
    const members = kept.map(({ member, gate }) => `${member} (${formatNumber(gate)})`).join(', ')
    return html`<tr>
      <td>${name}</td>
      <td>${layer}</td>
      <td class="number">${kept.length} of ${of}</td>
      <td>${withEllipsis(members, 600)}</td>
    </tr> `
  })
  return html`<details>
    <summary>kept members by group</summary>
    <div class="scroll">
      <table>
        <thead>
          <tr>
            <th>group</th>
            <th>layer</th>
            <th class="number">kept</th>
            <th>members (gate)</th>
          </tr>
        </thead>
        <tbody>
          ${rows}
        </tbody>
      </table>
    </div>
  </details>`
}
