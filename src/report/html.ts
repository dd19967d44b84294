import { architectureSection, type Drawing } from './architecture.js'
import { runCostSection } from './cost.js'
import { documentSection } from './documents.js'
import { earlierSection } from './earlier.js'
import { gatesSection } from './gates.js'
import { lambdaSection } from './lambda-map.js'
import { lossSection } from './losses.js'
import { html, trusted } from './markup.js'
import { removalSection } from './removals.js'
import type { Run } from './run.js'
import { sparsitySection } from './sparsity.js'
import { style } from './style.js'
import { runName, summary } from './summary.js'

const contents = [
  ['lambda', 'schedule'],
  ['sparsity', 'sparsity'],
  ['gates', 'gates'],
  ['losses', 'loss and metric'],
  ['cost', 'step time and parameters'],
  ['architecture', 'architecture'],
  ['removals', 'removals and alarms'],
  ['documents', 'configuration'],
] as const

/**
 * Renders a run as one HTML page with inline styles and charts, which loads nothing. `drawings` are SVGs of
 * its architecture (from `drawArchitecture`). The same run gives the same page, byte for byte.
 */
export function renderReport(run: Run, drawings: readonly Drawing[] = []): string {
  const links = contents.map(([id, title]) => html`<a href="#${id}">${title}</a> `)
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${runName(run)} · Sentei report</title>
        <style>
          ${trusted(style)}
        </style>
      </head>
      <body>
        ${summary(run)}
        <nav aria-label="sections">${links}</nav>
        <main>
          ${earlierSection(run)} ${lambdaSection(run)} ${sparsitySection(run)} ${gatesSection(run)}
          ${lossSection(run)} ${runCostSection(run)} ${architectureSection(run, drawings)}
          ${removalSection(run)} ${documentSection(run)}
        </main>
      </body>
    </html> `.markup
}
