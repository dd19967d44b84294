import { empty, figure, grid, section } from './figure.js'
import { isNumber } from './format.js'
import { gateLines } from './gate-lines.js'
import { gateQuantiles } from './gate-quantiles.js'
import { eventsOf, startOf, thin, type GateHistory } from './history.js'
import { html, type Markup } from './markup.js'
import { seriesColor } from './plot.js'
import type { Run } from './run.js'

/** A group with more units than this is drawn as bands instead of lines. */
const manyUnits = 24
/** The most groups that are drawn; a note tells how many more there are. */
const mostGroups = 60
/** The most points in all charts together. */
const budget = 40_000

/** Mixture weights of every group of gates over the search. */
export function gatesSection(run: Run): Markup {
  const histories = gateHistories(run)
  const drawn = histories.slice(0, mostGroups)
  const competing = drawn.filter(({ kind }) => kind === 'operations')
  const operations = [...new Set(competing.flatMap(({ members }) => members))]
  const figures = drawn.map((history, i) => {
    const { name, kind, members, removed, gone } = history
    const known = kind === 'operations' ? operations : members
    const color = (member: string) => seriesColor(known.indexOf(member))
    const svg = isWide(history) ? gateQuantiles(run, history, i) : gateLines(run, history, i, color)
    const left = members.length - removed.size
    const end = gone ? 'no longer used, so 0' : String(left)
    return figure(html`<b>${name}</b> · ${kind} · ${end} of ${members.length} left`, svg)
  })
  const more = histories.length - drawn.length
  return section(
    'gates',
    'Gates over time',
    'Which members won in each group. A rising line is an operation that the search came to prefer; a line that ends in a cross was removed there. Groups of many units show how their weights spread instead.',
    figures.length === 0
      ? empty('no gates written yet')
      : [
          operations.length === 0 ? html`` : legend(operations),
          grid(figures),
          more > 0 ? empty(`${more} more groups are not drawn`) : html``,
        ],
  )
}

/** Whether a group is drawn as bands. Operations and inputs are always lines, because they have names. */
function isWide({ kind, members }: Pick<GateHistory, 'kind' | 'members'>): boolean {
  return kind === 'units' && members.length > manyUnits
}

function gateHistories(run: Run): GateHistory[] {
  const events = eventsOf(run.events, 'gates')
  const groups = startOf(run.events)?.groups ?? []
  const names = new Set([
    ...groups.map((group) => group.name),
    ...events.flatMap((e) => Object.keys(e.weights)),
  ])
  const removals = eventsOf(run.events, 'removal')
  const all = [...names].flatMap((name) => {
    const groupEvents = events.filter((event) => event.weights[name])
    if (groupEvents.length === 0) return []
    const listed = groups.find((group) => group.name === name)
    const members = listed?.members ?? [
      ...new Set(groupEvents.flatMap((event) => Object.keys(event.weights[name]!))),
    ]
    const gone = removals.filter((removal) => removal.group === name)
    const removed = new Map(
      gone.flatMap(({ step, members }) => members.map((member) => [member, step] as const)),
    )
    const times = groupEvents.map(({ step, weights }) => ({ step, weights: finite(weights[name]!) }))
    // A group that was removed together with something else has no removals of its own.
    const after = events.find(({ step }) => step > groupEvents.at(-1)!.step)
    if (after) for (const member of members) if (!removed.has(member)) removed.set(member, after.step)
    return [{ name, kind: listed?.kind ?? 'operations', members, times, removed, gone: after !== undefined }]
  })
  const lines = all
    .slice(0, mostGroups)
    .reduce((sum, history) => sum + (isWide(history) ? 7 : history.members.length), 0)
  const points = Math.min(160, Math.max(24, Math.floor(budget / Math.max(1, lines))))
  return all.map((history) => ({ ...history, times: thin(history.times, points) }))
}

function finite(weights: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(Object.entries(weights).filter(([, weight]) => isNumber(weight)))
}

function legend(operations: readonly string[]): Markup {
  const keys = operations
    .slice(0, 40)
    .map(
      (operation, i) =>
        html`<li><span class="key" style="background: ${seriesColor(i)}"></span>${operation}</li>`,
    )
  return html`<ul class="legend">
    ${keys}
  </ul>`
}
