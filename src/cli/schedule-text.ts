import type { ScheduleDocument } from '../config/schedule-schema.js'
import { foldMembers } from '../report/fold-members.js'
import { formatCount, formatNumber, nothing } from '../report/format.js'
import type { ScheduleSegment } from '../report/run.js'
import type { ScheduleView } from '../runs/schedule-view.js'
import { pressureOf } from '../schedule/pressure.js'
import { momentText } from '../schedule/time.js'
import { textTable } from './table.js'

/** Describes a schedule document in words: its phases with losses and terms, and when it prunes. */
export function documentText(document: ScheduleDocument): string {
  const { name, description, phases, prune, table, replay, planner } = document
  const starts = ['0 %', ...phases.map(({ until }) => momentText(until))]
  const losses = table ? [] : (['task', 'reconstruction'] as const)
  const rows = phases.flatMap((phase, i) => [
    [
      `${phase.name}: ${starts[i]!} to ${momentText(phase.until)}, gates ${phase.gates}${phase.paths === 'alternate' ? ', single paths between' : ''}`,
      '',
    ],
    ...(phase.train === '**' ? [] : [[`  trains ${String(phase.train)}`, '']]),
    ...losses.map((loss) => [`  ${loss} loss`, curveText(phase.losses[loss])]),
    ...phase.terms.map((entry) => [
      `  ${entry.term} on ${entry.part} of ${placeText(entry)}${entry.stagger ? `, ${entry.stagger.order}` : ''}`,
      curveText(entry.lambda),
    ]),
  ])
  const more = [
    `prune zero gates from ${momentText(prune.from)}, project at ${momentText(prune.until)}`,
    ...(planner ? [plannerText(planner)] : []),
    ...(table ? [`λ from a table of ${formatCount(table.length)} rows`] : []),
    ...(replay
      ? [`replays a run of ${replay.steps} iterations with ${replay.removals.length} removals`]
      : []),
  ]
  return [name, description, '', textTable(rows), '', ...more].filter((line, i) => line || i > 1).join('\n')
}

/** Names the planner that changes λ, with its options. */
function plannerText({ name, ...options }: NonNullable<ScheduleDocument['planner']>): string {
  const set = Object.entries(options).map(([key, value]) => `${key} ${JSON.stringify(value)}`)
  return `planned by ${name} (${set.join(', ')}): the λ above is the start; a run records the λ that it used`
}

type Entry = ScheduleDocument['phases'][number]['terms'][number]

function placeText({ layers, groups, members, parameters }: Entry): string {
  const chosen = [
    ...(groups === undefined ? [] : [`groups ${String(groups)}`]),
    ...(members === undefined ? [] : [`members ${String(members)}`]),
    ...(parameters === undefined ? [] : [`parameters ${String(parameters)}`]),
  ]
  return [String(layers), ...chosen].join(', ')
}

function curveText(lambda: unknown): string {
  if (typeof lambda !== 'object' || lambda === null) return String(lambda)
  const { curve: name, ...rest } = lambda as Record<string, unknown>
  if ('from' in rest) return `${String(name)} ${String(rest.from)} → ${String(rest.to)}`
  return `${String(name)} ${JSON.stringify(rest)}`
}

/**
 * λ as a table with a row for each term and layer, and a column for each phase. A cell has the first and the
 * last λ of the phase, and between them the largest if that is larger. For gates, the last column tells how
 * far λ alone moves one in total, in means of its group. Layers with equal rows share a row.
 */
export function lambdaText({ phases, segments, steps, motion }: ScheduleView): string {
  const ends = phases.map((_, i) => phases[i + 1]?.step ?? steps)
  const shown = phases.flatMap(({ name, step }, i) =>
    ends[i]! > step ? [{ name, from: step, to: ends[i]! }] : [],
  )
  const rows = new Map<string, { term: string; layers: string[]; cells: string[] }>()
  const places = new Map<string, ScheduleSegment[]>()
  for (const segment of foldMembers(segments)) {
    const place = `${segment.term} ${segment.layer}`
    places.set(place, places.get(place) ?? [])
    places.get(place)!.push(segment)
  }
  for (const placeSegments of places.values()) {
    const { term, layer } = placeSegments[0]!
    const pressure = motion && term.includes('/gates') ? formatNumber(pressureOf(placeSegments, motion)) : ''
    const cells = [
      ...shown.map(({ from, to }) => cellText(placeSegments, from, to)),
      ...(motion ? [pressure] : []),
    ]
    const key = JSON.stringify([term, cells])
    const row = rows.get(key) ?? { term, layers: [], cells }
    row.layers.push(layer === '*' ? 'whole net' : layer)
    rows.set(key, row)
  }
  return textTable([
    ['λ', ...shown.map(({ name }) => name), ...(motion ? ['pressure'] : [])],
    ['iterations', ...shown.map(({ from, to }) => `${from}–${to}`), ...(motion ? ['means'] : [])],
    ...[...rows.values()].map(({ term, layers, cells }) => [`${term}  ${layersText(layers)}`, ...cells]),
  ])
}

const layersText = (layers: readonly string[]): string =>
  layers.length < 4 ? layers.join(', ') : `${layers[0]!} … ${layers.at(-1)!} (${layers.length} layers)`

function cellText(segments: ScheduleView['segments'], from: number, to: number): string {
  const within = segments.filter((segment) => segment.from < to && segment.to > from)
  if (within.length === 0) return nothing
  const at = (t: number) => within.find((segment) => segment.from <= t && t < segment.to)?.lambda ?? 0
  const peak = within.reduce((most, { lambda }) => Math.max(most, lambda), 0)
  const [first, last] = [at(from), at(to - 1)]
  const values = peak > Math.max(first, last) ? [first, peak, last] : [first, last]
  const texts = values.map(formatNumber)
  return texts.filter((text, i) => text !== texts[i - 1]).join(' → ')
}
