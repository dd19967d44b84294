import { metricTitle } from '../objective/metric-title.js'
import { formatCount, formatNumber } from './format.js'
import { html, type Markup } from './markup.js'
import type { Run, RunMetrics } from './run.js'

/** Metrics that are about one class, where a run has one. */
const ofOneClass = ['roc-auc', 'average-precision', 'f1', 'recall-at-precision', 'precision-at-recall']

/** The metrics of the final network on test beside the one that chose it, as names with their values. */
export function otherMetrics({ metric, test }: RunMetrics): [string, string][] {
  const { metrics = {}, positive } = test ?? {}
  return Object.entries(metrics)
    .filter(([name]) => name !== metric)
    .map(([name, value]) => [
      positive !== undefined && ofOneClass.includes(name)
        ? `${metricTitle(name)} of ${positive}`
        : metricTitle(name),
      formatNumber(value),
    ])
}

/** The other metrics on test and the table of decisions; null in a run without them. */
export function testMetrics({ metrics }: Run): Markup | null {
  const others = metrics ? otherMetrics(metrics) : []
  if (others.length === 0) return null
  return html`<p class="note">On test, of the final network:</p>
    <dl class="figures">
      ${others.map(
        ([name, value]) =>
          html`<div>
            <dt>${name}</dt>
            <dd>${value}</dd>
          </div> `,
      )}
    </dl>
    ${confusion(metrics?.test?.confusion)}`
}

/** Rows of each class by what they were decided to be. */
function confusion(matrix: NonNullable<RunMetrics['test']>['confusion']): Markup | null {
  const { classes, rows } = matrix ?? {}
  if (!classes || !rows) return null
  return html`<div class="scroll">
    <table class="results">
      <thead>
        <tr>
          <th>test rows of class ↓, decided to be →</th>
          ${classes.map((name) => html`<th class="number">${name}</th> `)}
        </tr>
      </thead>
      <tbody>
        ${rows.map(
          (row, place) =>
            html`<tr>
              <th scope="row">${classes[place]}</th>
              ${row.map((count) => html`<td class="number">${formatCount(count)}</td> `)}
            </tr> `,
        )}
      </tbody>
    </table>
  </div>`
}
