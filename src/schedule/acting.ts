import type { Part } from '../objective/terms/types.js'
import type { GateGroup } from '../supernet/types.js'
import { columnLabel, matcher } from './select.js'
import type { LambdaRow } from './table.js'
import type { Column, Schedule } from './types.js'

/** The members of gate groups that a term acts on, by group. */
export type Selected = ReadonlyMap<string, ReadonlySet<string>>

/** A term with the λ by which it acts. */
export interface Acting {
  readonly term: string
  /** Its name in `schedule.csv`: `l1/gates[skip]`. */
  readonly label: string
  readonly lambda: number
  /** On gates: what it acts on of the layer; all where absent. */
  readonly selected?: Selected
}

/** Looks up which terms act on what, given the λ of an iteration. Terms of λ = 0 are left out. */
export interface ActingTerms {
  /** On the outputs of a layer. */
  onActivations(layer: string, row: LambdaRow): Acting[]
  /** On a weight array of a layer. */
  onWeights(layer: string, parameter: string, row: LambdaRow): Acting[]
  /** On the gates of a layer, given its groups. */
  onGates(layer: string, groups: readonly GateGroup[], row: LambdaRow): Acting[]
}

/** Something that has one λ of each term: a gate, a weight array, or a layer's outputs. */
interface Target {
  readonly group: string
  /** The member of the group, or the array's name. */
  readonly name: string
}

interface Place {
  readonly index: number
  readonly column: Column
  readonly label: string
  readonly matches: (target: Target) => boolean
}

/** The lookup for a schedule's columns. */
export function actingTerms({ columns }: Schedule): ActingTerms {
  const places = placesOf(columns)
  const acting = (part: Part, layer: string, row: LambdaRow, targets: () => readonly Target[]) =>
    [...(places.get(`${part}/${layer}`)?.values() ?? [])]
      .flatMap((ofTerm) => winners(ofTerm, row, targets))
      .filter(({ lambda }) => lambda > 0)
  return {
    onActivations: (layer, row) =>
      acting('activations', layer, row, () => [{ group: '', name: '' }]).map(whole),
    onWeights: (layer, name, row) => acting('weights', layer, row, () => [{ group: '', name }]).map(whole),
    onGates: (layer, groups, row) =>
      acting('gates', layer, row, () =>
        groups.flatMap(({ name: group, members }) => members.map(({ name }) => ({ group, name }))),
      ),
  }
}

const whole = ({ term, label, lambda }: Acting): Acting => ({ term, label, lambda })

/** By part and layer, then by term, in the columns' order. */
function placesOf(columns: readonly Column[]): Map<string, Map<string, Place[]>> {
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
  return places
}

/** What acts of one term's columns: each target belongs to the last column that selects it. */
function winners(places: readonly Place[], row: LambdaRow, targets: () => readonly Target[]): Acting[] {
  const found: Acting[] = []
  let left: readonly Target[] | undefined
  for (let i = places.length - 1; i >= 0 && left?.length !== 0; i--) {
    const { index, column, label, matches } = places[i]!
    const lambda = row.columns[index]!
    if (Number.isNaN(lambda)) continue
    const acting = { term: column.term, label, lambda }
    // What nothing was selected from is not taken apart.
    if (!left && !column.select) return [acting]
    left ??= targets()
    const chosen = left.filter(matches)
    left = left.filter((target) => !matches(target))
    if (chosen.length > 0) found.unshift({ ...acting, selected: byGroup(chosen) })
  }
  return found
}

function byGroup(targets: readonly Target[]): Selected {
  const groups = new Map<string, Set<string>>()
  for (const { group, name } of targets) groups.set(group, (groups.get(group) ?? new Set()).add(name))
  return groups
}
