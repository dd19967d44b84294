import type { Part, Term } from '../objective/terms/types.js'
import type { GateGroup } from '../supernet/types.js'
import { columnLabel, matcher } from './select.js'
import type { LambdaRow } from './table.js'
import type { ScheduleColumn, Schedule } from './types.js'

/** The members of gate groups on which a term acts, by group. */
export type Selected = ReadonlyMap<string, ReadonlySet<string>>

/** A term with its current λ. */
export interface Acting {
  readonly term: string
  /** The name of its column in `schedule.csv`: `l1/gates[skip]`. */
  readonly label: string
  /** The index of that column in a row. */
  readonly column: number
  readonly lambda: number
  /** For gates: the members of the layer on which it acts; all of them if it is absent. */
  readonly selected?: Selected
}

/** Finds the terms that act in an iteration, given its λ. Terms with λ = 0 are left out. */
export interface ActingTerms {
  /** The terms on the outputs of a layer. */
  onActivations(layer: string, row: LambdaRow): Acting[]
  /** The terms on a weight array of a layer. */
  onWeights(layer: string, parameter: string, row: LambdaRow): Acting[]
  /** The terms on the gates of a layer with the given groups. */
  onGates(layer: string, groups: readonly GateGroup[], row: LambdaRow): Acting[]
  /**
   * Stands for the set of columns that have a λ, and of those that have a positive one: the same object as
   * for the row of the call before, if both sets are the same. The same terms then act on the same parts.
   */
  acts(row: LambdaRow): object
}

/** The target of a term, which has one λ for each term: a gate, a weight array, or the outputs of a layer. */
interface Target {
  readonly group: string
  /** The name of the member or array. */
  readonly name: string
}

interface Place {
  readonly index: number
  readonly column: ScheduleColumn
  readonly label: string
  readonly matches: (target: Target) => boolean
}

/**
 * The terms that were found for a part of a layer. They stay the same as long as the same columns have a λ.
 */
interface KnownTerms {
  readonly of: unknown
  readonly written: readonly boolean[]
  readonly acting: readonly Indexed[]
}

/** A term that acts, without its λ. */
type Indexed = Omit<Acting, 'lambda'>

/** Makes the lookup for the columns of a schedule. */
export function actingTerms({ columns }: Schedule): ActingTerms {
  const places = placesOf(columns)
  const known = new Map<string, KnownTerms>()
  /**
   * The terms that act. They are looked up again only if `of`, or the set of columns with a λ, has changed:
   * mostly only the values of λ change from step to step.
   */
  const findings = (
    key: string,
    of: unknown,
    { columns: indices, terms }: PartOfLayer,
    row: LambdaRow,
    targets: () => readonly Target[],
  ): readonly Indexed[] => {
    const before = known.get(key)
    const isWritten = (index: number): boolean => !Number.isNaN(row.columns[index]!)
    if (before && before.of === of && indices.every((index, i) => before.written[i] === isWritten(index)))
      return before.acting
    const acting = terms.flatMap((ofTerm) => winners(ofTerm, row, targets))
    known.set(key, { of, written: indices.map(isWritten), acting })
    return acting
  }
  const acting = (
    [part, layer, name = '']: readonly [Part, string, string?],
    of: unknown,
    row: LambdaRow,
    targets: () => readonly Target[],
  ): Acting[] => {
    const ofLayer = places.get(`${part}/${layer}`)
    if (!ofLayer) return []
    return findings(`${part}/${layer}/${name}`, of, ofLayer, row, targets).flatMap((acting) => {
      const lambda = row.columns[acting.column]!
      return lambda > 0 ? [{ ...acting, lambda }] : []
    })
  }
  let roles = new Uint8Array(columns.length)
  let acts = {}
  return {
    acts(row) {
      if (roles.some((role, i) => role !== roleOf(row.columns[i]!))) {
        roles = Uint8Array.from(row.columns, roleOf)
        acts = {}
      }
      return acts
    },
    onActivations: (layer, row) =>
      acting(['activations', layer], undefined, row, () => [{ group: '', name: '' }]).map(whole),
    onWeights: (layer, name, row) =>
      acting(['weights', layer, name], undefined, row, () => [{ group: '', name }]).map(whole),
    onGates: (layer, groups, row) =>
      acting(['gates', layer], groups, row, () =>
        groups.flatMap(({ name: group, members }) => members.map(({ name }) => ({ group, name }))),
      ),
  }
}

const whole = ({ term, label, column, lambda }: Acting): Acting => ({ term, label, column, lambda })

/** How a column acts: it has no effect, it keeps other columns of its term from acting, or it acts. */
const roleOf = (lambda: number): number => (Number.isNaN(lambda) ? 0 : lambda > 0 ? 2 : 1)

/** The columns of a part of a layer, and their places by term, in the order of the columns. */
interface PartOfLayer {
  readonly columns: readonly number[]
  readonly terms: readonly (readonly Place[])[]
}

/** The places of all columns, by part and layer. */
function placesOf(columns: readonly ScheduleColumn[]): Map<string, PartOfLayer> {
  const places = new Map<string, Map<string, Place[]>>()
  columns.forEach((column, index) => {
    const { term, part, layer, select } = column
    const terms = places.get(`${part}/${layer}`) ?? new Map<string, Place[]>()
    places.set(`${part}/${layer}`, terms)
    const inGroup = matcher(select?.groups)
    const byName = matcher(part === 'gates' ? select?.members : select?.parameters)
    const matches = ({ group, name }: Target) => inGroup(group) && byName(name)
    terms.set(term, [...(terms.get(term) ?? []), { index, column, label: columnLabel(column), matches }])
  })
  return new Map(
    [...places].map(([key, ofTerms]) => {
      const terms = [...ofTerms.values()]
      return [key, { terms, columns: terms.flat().map(({ index }) => index) }]
    }),
  )
}

/** The columns of one term that act. Each target belongs to the last column that selects it. */
function winners(places: readonly Place[], row: LambdaRow, targets: () => readonly Target[]): Indexed[] {
  const actingColumns: Indexed[] = []
  let left: readonly Target[] | undefined
  for (let i = places.length - 1; i >= 0 && left?.length !== 0; i--) {
    const { index, column, label, matches } = places[i]!
    if (Number.isNaN(row.columns[index]!)) continue
    const acting = { term: column.term, label, column: index }
    // If no later column selected a part, a column without a selection acts on everything.
    if (!left && !column.select) return [acting]
    left ??= targets()
    const chosen = left.filter(matches)
    left = left.filter((target) => !matches(target))
    if (chosen.length > 0) actingColumns.unshift({ ...acting, selected: byGroup(chosen) })
  }
  return actingColumns
}

function byGroup(targets: readonly Target[]): Selected {
  const groups = new Map<string, Set<string>>()
  for (const { group, name } of targets) groups.set(group, (groups.get(group) ?? new Set()).add(name))
  return groups
}

/** The term of this name, which must be among the given ones. */
export const termOf = (terms: readonly Term[], name: string): Term =>
  terms.find((term) => term.name === name)!
