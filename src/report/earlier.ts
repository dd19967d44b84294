import type { EventOf } from '../events/types.js'
import { section } from './figure.js'
import { formatCount, formatNumber } from './format.js'
import { eventsOf } from './history.js'
import { html, type Markup } from './markup.js'
import { noticeText } from './notice-text.js'
import type { Run } from './run.js'

/** A sentence on what an earlier search left to the next one. */
export function carriedText({ search, of, parameters, left }: EventOf<'carried'>): string {
  const kinds = Object.entries(left).filter(([, each]) => each.of > 0)
  const parts = kinds.map(([kind, each]) => `${each.left} of ${each.of} ${kind}`)
  return `search ${search + 1} of ${of + 1} leaves ${parts.join(', ')}: ${formatCount(parameters)} parameters`
}

/** The searches before the last one, with what each left to the next; null if there were none. */
export function earlierSection({ events }: Run): Markup | null {
  const carried = eventsOf(events, 'carried')
  if (carried.length === 0) return null
  const looks = eventsOf(events, 'earlier')
  const notices = eventsOf(events, 'notice')
  const rows = carried.map((event) => {
    const last = looks.findLast(({ search }) => search === event.search)
    const choices = Object.entries(event.choices)
    const told = notices.filter(({ search }) => search === event.search)
    return html`<tr>
      <td>${event.search + 1}</td>
      <td>${formatCount(event.steps)}</td>
      <td>${formatNumber(last?.validation ?? null)}</td>
      <td>${formatCount(event.parameters)}</td>
      <td>
        ${carriedText(event).replace(/^.* leaves |:.*$/g, '')}${told.map((each) => html`<p class="note">${noticeText(each)}</p> `)}${
          choices.length === 0
            ? null
            : html`<details>
                <summary>choices</summary>
                ${choices.map(([group, members]) => html`<p>${group}: ${members.join(', ')}</p> `)}
              </details>`
        }
      </td>
    </tr> `
  })
  return section(
    'earlier',
    'Searches before',
    'Each search began with what the one before it left. Everything below describes the last one.',
    html`<table>
      <thead>
        <tr>
          <th>search</th>
          <th>iterations</th>
          <th>validation</th>
          <th>parameters</th>
          <th>left</th>
        </tr>
      </thead>
      <tbody>
        ${rows}
      </tbody>
    </table>`,
  )
}
