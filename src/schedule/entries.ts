import { InputError } from '../base/errors.js'
import type { CurveDocument, ScheduleDocument } from '../config/schedule-schema.js'
import { checkTerm, layersOf, selectedLayers, type CompileContext } from './context.js'
import { columnLabel, globsOf, matcher, matching } from './select.js'
import type { Column, Selection } from './types.js'

type Entry = ScheduleDocument['phases'][number]['terms'][number]

/** What one entry says about one layer. */
export interface LayerEntry {
  readonly column: Omit<Column, 'segments'>
  readonly lambda: CurveDocument
  /** The share of the phase after which it starts. */
  readonly delay: number
}

/**
 * What counts of a phase's entries, layer by layer, in order of precedence. An entry replaces earlier ones
 * of its term, part and selection; one that selects nothing in particular replaces all before it.
 */
export function entriesOf(entries: readonly Entry[], path: string, context: CompileContext): LayerEntry[] {
  const places = new Map<string, Map<string, LayerEntry>>()
  entries.forEach((entry, i) => {
    const where = `${path}.terms.${i}`
    const part = checkTerm(entry.term, entry.part, where, context)
    const given = selectionOf(entry)
    const named = matching(entry.layers, layersOf(part, context), 'layer', `${where}.layers`)
    const having = entry.of ? layersWith(entry.of, named, part, where, context) : named
    const layers = selectedLayers({ term: entry.term, part, select: given }, having, where, context)
    const ordered = entry.stagger?.order === 'output-to-input' ? [...layers].reverse() : layers
    ordered.forEach((layer, position) => {
      const select = entry.of ? narrowed(given, entry.of, layer, context) : given
      if (select?.groups?.length === 0) return
      const column = { term: entry.term, part, layer, ...(select && { select }) }
      const place = `${entry.term}/${part}/${layer}`
      const standing = select
        ? (places.get(place) ?? new Map<string, LayerEntry>())
        : new Map<string, LayerEntry>()
      const label = columnLabel(column)
      // Set anew, it stands behind what it goes before.
      standing.delete(label)
      const delay =
        entry.stagger && ordered.length > 1 ? (entry.stagger.share * position) / (ordered.length - 1) : 0
      standing.set(label, { column, lambda: entry.lambda, delay })
      places.set(place, standing)
    })
  })
  return [...places.values()].flatMap((standing) => [...standing.values()])
}

/** Does a group belong to what an entry is for? */
const belongs = (of: NonNullable<Entry['of']>, { width }: CompileContext['groups'][number]): boolean =>
  width === (of === 'widths')

/** Of some layers those that have choices, or widths. None is no error: a document is for any space. */
function layersWith(
  of: NonNullable<Entry['of']>,
  layers: readonly string[],
  part: string,
  path: string,
  { groups }: CompileContext,
): readonly string[] {
  if (part !== 'gates')
    throw new InputError(`${path}.of: only gates are choices or widths, not ${part}; remove it`)
  const own = new Set(groups.filter((group) => belongs(of, group)).map(({ layer }) => layer))
  return layers.filter((layer) => own.has(layer))
}

/** A selection within the choices, or the widths, of a layer; none where the layer has no others. */
function narrowed(
  select: Selection | undefined,
  of: NonNullable<Entry['of']>,
  layer: string,
  { groups }: CompileContext,
): Selection | undefined {
  const inLayer = groups.filter((group) => group.layer === layer)
  const own = inLayer.filter((group) => belongs(of, group))
  if (own.length === inLayer.length) return select
  const matches = matcher(select?.groups)
  return { ...select, groups: own.map(({ name }) => name).filter(matches) }
}

function selectionOf({ groups, members, parameters }: Entry): Selection | undefined {
  if (groups === undefined && members === undefined && parameters === undefined) return undefined
  return {
    ...(groups !== undefined && { groups: globsOf(groups) }),
    ...(members !== undefined && { members: globsOf(members) }),
    ...(parameters !== undefined && { parameters: globsOf(parameters) }),
  }
}
