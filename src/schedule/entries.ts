import { InputError } from '../base/errors.js'
import type { CurveDocument, ScheduleDocument } from '../config/schedule-schema.js'
import { checkTerm, layersOf, selectedLayers, type CompileContext } from './context.js'
import { columnLabel, globsOf, matcher, matching } from './select.js'
import type { ScheduleColumn, Selection } from './types.js'

type Entry = ScheduleDocument['phases'][number]['terms'][number]

/** The effect of one entry on one layer. */
export interface LayerEntry {
  readonly column: Omit<ScheduleColumn, 'segments'>
  readonly lambda: CurveDocument
  /** The share of the phase after which it starts. */
  readonly delay: number
  /**
   * For entries whose choices take turns: the choice that has this turn unless another takes it, its member,
   * and the path of the entry.
   */
  readonly turn?: { readonly group: string; readonly member: string; readonly entry: string }
}

/**
 * The effective entries of a phase by layer, in order of precedence. An entry replaces earlier ones with the
 * same term, part and selection; an entry without a selection replaces all earlier ones of its term and part.
 */
export function entriesOf(entries: readonly Entry[], path: string, context: CompileContext): LayerEntry[] {
  const places = new Map<string, Map<string, LayerEntry>>()
  entries.forEach((entry, i) => {
    for (const each of placesOf(entry, `${path}.terms.${i}`, context)) {
      const { column } = each
      const place = `${column.term}/${column.part}/${column.layer}`
      const standing = column.select
        ? (places.get(place) ?? new Map<string, LayerEntry>())
        : new Map<string, LayerEntry>()
      const label = columnLabel(column)
      // Deleting it first moves it after the entries that it overrides.
      standing.delete(label)
      standing.set(label, { ...each, lambda: entry.lambda })
      places.set(place, standing)
    }
  })
  return [...places.values()].flatMap((standing) => [...standing.values()])
}

/**
 * The columns of an entry in the order in which they start: one per layer or, for choices that take turns,
 * one per member.
 */
function placesOf(entry: Entry, path: string, context: CompileContext): Omit<LayerEntry, 'lambda'>[] {
  const { term, of, stagger } = entry
  const part = checkTerm(term, entry.part, path, context)
  const given = selectionOf(entry)
  const named = matching(entry.layers, layersOf(part, context), 'layer', `${path}.layers`)
  const having = of ? layersWith(of, named, part, path, context) : named
  const turned = stagger?.order === 'clearest-first'
  if (turned && of !== 'choices')
    throw new InputError(
      `${path}.stagger.order: clearest-first is an order of choices; add "of": "choices" beside stagger`,
    )
  const chosen = { groups: ['**'], members: ['**'], ...given }
  const layers = selectedLayers({ term, part, select: turned ? chosen : given }, having, path, context)
  if (turned)
    return turnsOf({ term, part, select: chosen, share: stagger.share, entry: path }, layers, context)
  const ordered = stagger?.order === 'output-to-input' ? [...layers].reverse() : layers
  return ordered.flatMap((layer, position) => {
    const narrow = of ? narrowed(given, of, layer, context) : given
    if (narrow?.groups?.length === 0) return []
    const delay = stagger && ordered.length > 1 ? (stagger.share * position) / (ordered.length - 1) : 0
    return [{ column: { term, part, layer, select: narrow }, delay }]
  })
}

/**
 * A column for each member of each choice in some layers. The first turn comes after gates have moved for a
 * while; before that, it would be decided by noise.
 */
function turnsOf(
  {
    share,
    entry,
    select,
    ...target
  }: Pick<ScheduleColumn, 'term' | 'part'> & { select: Selection; share: number; entry: string },
  layers: readonly string[],
  { groups }: CompileContext,
): Omit<LayerEntry, 'lambda'>[] {
  const selected = matcher(select.groups)
  const isMember = matcher(select.members)
  const choices = layers.flatMap((layer) =>
    groups.filter((group) => group.layer === layer && !group.width && selected(group.name)),
  )
  return choices.flatMap(({ name, layer, members }, position) =>
    members.filter(isMember).map((member) => ({
      column: { ...target, layer, select: { groups: [name], members: [member] } },
      delay: (share * (position + 1)) / choices.length,
      turn: { group: name, member, entry },
    })),
  )
}

/** Whether a group is of the kind (choices or widths) to which an entry applies. */
const belongs = (of: NonNullable<Entry['of']>, { width }: CompileContext['groups'][number]): boolean =>
  width === (of === 'widths')

/** The given layers that have choices, or widths. There may be none, because a document is for any space. */
function layersWith(
  of: NonNullable<Entry['of']>,
  layers: readonly string[],
  part: string,
  path: string,
  { groups }: CompileContext,
): readonly string[] {
  if (part !== 'gates')
    throw new InputError(`${path}.of: only gates are choices or widths, not ${part}; remove it`)
  const matchingLayers = new Set(groups.filter((group) => belongs(of, group)).map(({ layer }) => layer))
  return layers.filter((layer) => matchingLayers.has(layer))
}

/**
 * Restricts a selection to the choices, or the widths, of a layer. It is unchanged if the layer has no other
 * groups.
 */
function narrowed(
  select: Selection | undefined,
  of: NonNullable<Entry['of']>,
  layer: string,
  { groups }: CompileContext,
): Selection | undefined {
  const inLayer = groups.filter((group) => group.layer === layer)
  const matchingGroups = inLayer.filter((group) => belongs(of, group))
  if (matchingGroups.length === inLayer.length) return select
  const matches = matcher(select?.groups)
  return { ...select, groups: matchingGroups.map(({ name }) => name).filter(matches) }
}

function selectionOf({ groups, members, parameters }: Entry): Selection | undefined {
  if (groups === undefined && members === undefined && parameters === undefined) return undefined
  return {
    ...(groups !== undefined && { groups: globsOf(groups) }),
    ...(members !== undefined && { members: globsOf(members) }),
    ...(parameters !== undefined && { parameters: globsOf(parameters) }),
  }
}
