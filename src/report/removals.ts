import type { EventOf } from '../events/types.js'
import { becauseOf } from './explain-text.js'
import { empty, section } from './figure.js'
import { formatCount, formatDifference, formatNumber, isNumber, nothing } from './format.js'
import { eventsOf } from './history.js'
import { html, type Markup } from './markup.js'
import { withEllipsis } from './plot.js'
import type { Run } from './run.js'
import { isWhole } from './tolerance.js'

/** The most rows of the table; a search that removes unit by unit has thousands. */
const mostRows = 400

/** The most members of a removal whose evidence is shown. */
const mostMembers = 8

/** The removals with time and reason, and the alarms of the search. */
export function removalSection(run: Run): Markup {
  const removals = eventsOf(run.events, 'removal')
  const members = removals.reduce((sum, removal) => sum + removal.members.length, 0)
  const alarms = eventsOf(run.events, 'alarm')
  return section(
    'removals',
    'Removals and alarms',
    'Each removal with the λ that was in force, the gradients of the losses and of each term on the gate (positive closes it; gradients of 0 are left out), the network with and without the member, and the validation metric around it: a large change there means that the removal did harm. “sentei explain” says more.',
    [
      html`<h3>${formatCount(members)} members removed in ${formatCount(removals.length)} steps</h3>`,
      ...sizeNote(run),
      removals.length === 0 ? empty('nothing removed') : table(removals),
      html`<h3>Alarms</h3>`,
      alarms.length === 0 ? empty('no alarms') : alarmList(alarms),
    ],
  )
}

/**
 * A note for results that are not the end of the search: members that were removed later are part of them.
 */
function sizeNote({ metrics }: Run): Markup[] {
  if (metrics && isWhole(metrics))
    return [
      html`<p class="note">
        No smaller size was within the tolerance, so the result is the whole supernet, after its choices. The
        members listed here are part of it, except those that lost a choice.
      </p>`,
    ]
  const kept = metrics?.menu?.find(({ size }) => size != null && size === metrics.tolerated?.kept)
  if (!kept) return []
  return [
    html`<p class="note">
      The result has size ${formatNumber(kept.size)}, which the search reached at iteration
      ${formatCount(kept.step)}. Members removed later are part of it.
    </p>`,
  ]
}

function table(removals: readonly EventOf<'removal'>[]): Markup {
  const more = removals.length - mostRows
  return html`<div class="scroll">
      <table>
        <thead>
          <tr>
            <th class="number">step</th>
            <th>layer</th>
            <th>group</th>
            <th>removed</th>
            <th>why</th>
            <th>λ in force</th>
            <th>pulls; worth</th>
            <th class="number">metric before → after</th>
          </tr>
        </thead>
        <tbody>
          ${removals.slice(0, mostRows).map(row)}
        </tbody>
      </table>
    </div>
    ${more > 0 ? empty(`and ${formatCount(more)} more, in events.jsonl`) : null}`
}

function row(removal: EventOf<'removal'>): Markup {
  const { step, layer, group, members, lambda, before, after } = removal
  const forces = Object.entries(lambda).map(
    ([term, value]) => html`<div>${term} ${formatNumber(value)}</div>`,
  )
  const jump = isNumber(before) && isNumber(after) ? ` (${formatDifference(after - before)})` : ''
  const metric =
    isNumber(before) || isNumber(after) ? `${formatNumber(before)} → ${formatNumber(after)}${jump}` : '–'
  return html`<tr>
    <td class="number">${formatCount(step)}</td>
    <td>${layer}</td>
    <td>${group}</td>
    <td class="listed">${listed(members)}</td>
    <td class="listed">${becauseOf(removal)}</td>
    <td class="forces">${forces}</td>
    <td class="forces">${evidenceText(removal).map((line) => html`<div>${line}</div>`)}</td>
    <td class="number">${metric}</td>
  </tr> `
}

/**
 * The gradients on the members of a removal, and the effect of removing each, one line per member; only the
 * first members are listed.
 */
function evidenceText({ evidence = {} }: EventOf<'removal'>): string[] {
  const entries = Object.entries(evidence)
  const lines = entries.slice(0, mostMembers).map(([member, { gradients, ablation }]) => {
    const pulls = Object.entries(gradients)
      .filter(([, value]) => value !== 0)
      .map(([name, value]) => `${name} ${formatDifference(value)}`)
    const worth = ablation
      ? [`${ablation.metric} ${formatNumber(ablation.with)}, without ${formatNumber(ablation.without)}`]
      : []
    return `${withEllipsis(member, 30)}: ${[...pulls, ...worth].join('; ') || nothing}`
  })
  const more = entries.length - lines.length
  return more > 0 ? [...lines, `and ${more} more: sentei explain`] : lines
}

function listed(members: readonly string[]): string {
  const shown = members.slice(0, 12).map((member) => withEllipsis(member, 60))
  return shown.join(', ') + (members.length > 12 ? ` and ${members.length - 12} more` : '')
}

function alarmList(alarms: readonly EventOf<'alarm'>[]): Markup {
  const items = alarms
    .slice(0, mostRows)
    .map(
      ({ step, alarm, layer, message, safeguard }) =>
        html`<li>
          <b>${alarm}</b> at iteration ${formatCount(step)}${layer === null ? '' : `, ${layer}`}:
          ${message}${safeguard === undefined ? '' : `; safeguard: ${safeguard}`}
        </li> `,
    )
  return html`<ul class="alarms">
    ${items}
  </ul>`
}
