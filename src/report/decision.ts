import { formatCount, formatNumber, formatWithInterval } from './format.js'
import { html, type Markup } from './markup.js'
import type { Run, RunMetrics } from './run.js'

/** How a model decides for a class, in words; null where it takes the most probable one. */
export function decisionText({ decision, test }: RunMetrics): string | null {
  if (!decision) return null
  const { threshold, by, validation } = decision
  if (threshold === undefined)
    return 'for the class of the least expected cost, by the costs in preprocess.json'
  const from = `for ${test?.positive ?? 'the positive class'} from a probability of ${formatNumber(threshold)} on`
  if (by === undefined) return `${from}, as configured`
  const { rows, positive } = test?.decision?.chosenOn ?? {}
  const where =
    rows === undefined
      ? 'validation'
      : `the ${formatCount(rows)} validation rows, ${formatCount(positive)} of them ${test?.positive ?? 'positive'}`
  const reached = validation == null ? '' : `; ${by} is ${formatNumber(validation)} there`
  return `${from}, which was chosen by ${by} on ${where}${reached}`
}

/** The figures of a decision on test: the name, the figure with its interval, and that of the most probable class. */
export function decisionRows({ test }: RunMetrics): [name: string, decided: string, plain: string][] {
  return Object.entries(test?.decision?.figures ?? {}).map(([name, figure]) => [
    name,
    formatWithInterval(figure?.value, figure?.interval),
    formatNumber(figure?.mostProbable),
  ])
}

/** What the most probable class is called: of two, the one from a half on. */
export const mostProbableText = ({ decision }: RunMetrics): string =>
  decision?.threshold === undefined ? 'the most probable class' : 'the more probable class, from 0.5 on,'

/** How the model decides and what that comes to on test, a sentence each; none where it takes the most probable class. */
export function decisionTexts(metrics: RunMetrics): string[] {
  const text = decisionText(metrics)
  if (text === null) return []
  const figures = decisionRows(metrics)
  if (figures.length === 0) return [text]
  const listed = (which: 1 | 2) => figures.map((each) => `${each[0]} ${each[which]}`).join(', ')
  return [text, `on test: ${listed(1)}`, `${mostProbableText(metrics)} would have ${listed(2)}`]
}

/** How the model decides, and a table of what that comes to; null where it takes the most probable class. */
export function decisionNote({ metrics }: Run): Markup | null {
  const text = metrics && decisionText(metrics)
  if (!text) return null
  const figures = decisionRows(metrics)
  const rows = [
    ['this decision', 1],
    [mostProbableText(metrics).replace(/,$/, ''), 2],
  ] as const
  const table = html`<div class="scroll">
    <table class="results">
      <thead>
        <tr>
          <th>on test</th>
          ${figures.map(([name]) => html`<th class="number">${name}</th> `)}
        </tr>
      </thead>
      <tbody>
        ${rows.map(
          ([name, which]) =>
            html`<tr>
              <th scope="row">${name}</th>
              ${figures.map((each) => html`<td class="number">${each[which]}</td> `)}
            </tr> `,
        )}
      </tbody>
    </table>
  </div>`
  return html`<h2 id="decision">Decision</h2>
    <p class="note">The model decides ${text}.</p>
    ${figures.length === 0 ? null : table}`
}
