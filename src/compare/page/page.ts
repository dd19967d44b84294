import { section } from '../../report/figure.js'
import { formatCount } from '../../report/format.js'
import { html, trusted } from '../../report/markup.js'
import { style } from '../../report/style.js'
import type { Comparison } from '../compare.js'
import { placeText } from '../types.js'
import { ablationSection } from './ablation.js'
import { comparisonCost } from './cost.js'
import { criticalSection } from './critical.js'
import { preregisteredSection, setsSection } from './results.js'
import { paretoSection } from './pareto.js'
import { returnSection } from './return.js'
import { seedsSection } from './seeds.js'
import { stabilitySection } from './stability.js'

/**
 * Renders a comparison as one HTML page with inline styles and charts, which loads nothing. The preregistered
 * verdicts come first. Only the front of latencies, the search
 * cost and the return have times in them.
 */
export function renderComparison(comparison: Comparison): string {
  const { comparison: document, rows, summary } = comparison
  const parts = [
    preregisteredSection(summary),
    setsSection(summary),
    seedsSection(summary, rows),
    criticalSection(summary),
    paretoSection(summary, rows),
    stabilitySection(summary),
    ablationSection(summary),
    comparisonCost(summary, rows),
    returnSection(document, summary, rows),
    failuresSection(comparison),
  ].flatMap((part) => part ?? [])
  const facts: [string, string][] = [
    ['sets', formatCount(summary.sets.length)],
    ['methods', formatCount(summary.overall.length)],
    ['trials', formatCount(rows.length)],
    ['failed', formatCount(summary.failures.length)],
  ]
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>Comparison · Sentei report</title>
        <style>
          ${trusted(style)}
        </style>
      </head>
      <body>
        <header>
          <h1>Comparison</h1>
          <dl class="facts">
            ${facts.map(
              ([name, value]) =>
                html`<div>
                  <dt>${name}</dt>
                  <dd>${value}</dd>
                </div>`,
            )}
          </dl>
        </header>
        <nav aria-label="sections">${parts.map(({ id, title }) => html`<a href="#${id}">${title}</a> `)}</nav>
        <main>
          ${parts.map(({ id, title, hint, content }) => section(id, title, hint, content))}
          <details>
            <summary>the document with its defaults</summary>
            <pre tabindex="0">${JSON.stringify(document, null, 2)}</pre>
          </details>
        </main>
      </body>
    </html> `.markup
}

const failuresSection = ({ summary: { failures } }: Comparison) =>
  failures.length === 0
    ? null
    : {
        id: 'failures',
        title: 'failures',
        hint: 'Trials without a result. They are in no mean, and count against “best”.',
        content: html`<ul class="alarms">
          ${failures.map((row) => html`<li><b>${placeText(row)}</b>: ${row.failed}</li>`)}
        </ul>`,
      }
