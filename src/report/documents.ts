import { empty, section } from './figure.js'
import { html, type Markup } from './markup.js'
import type { Run } from './run.js'

/** The most segments of the schedule that the page repeats; `schedule.csv` has all of them. */
const mostSegments = 500

/** The resolved configuration and the schedule that was used, collapsed. */
export function documentSection(run: Run): Markup {
  const segments = run.schedule.slice(0, mostSegments)
  const lines = segments.map((segment) => `  ${JSON.stringify(segment)}`).join(',\n')
  const more = run.schedule.length - segments.length
  return section('documents', 'Configuration and schedule', 'All that is needed to run this search again.', [
    folded('resolved configuration', JSON.stringify(run.config, null, 2)),
    folded('schedule as used', segments.length === 0 ? '[]' : `[\n${lines}\n]`),
    more > 0 ? empty(`and ${more} more segments, in schedule.csv`) : html``,
  ])
}

function folded(title: string, text: string): Markup {
  return html`<details>
    <summary>${title}</summary>
    <pre>${text}</pre>
  </details> `
}
