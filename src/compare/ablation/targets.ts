import { parametersOf } from '../../nn/cost.js'
import { matcher } from '../../schedule/select.js'
import type { ScheduleColumn, Schedule, Segment, Selection } from '../../schedule/types.js'
import { isWidth, type Supernet } from '../../supernet/types.js'

/** Gates, arrays or outputs of a layer that a term presses in the same way at all times. */
export interface AblationTargets extends Pick<ScheduleColumn, 'term' | 'part' | 'layer'> {
  /** What they are: `widths`, `choices`, `all` of a layer that has both, or `arrays` that are selected. */
  readonly kind: string
  /** Selects them in a table; absent if they are all of their part of the layer. */
  readonly select?: Selection
  /** How many they are. */
  readonly count: number
  /** λ at each iteration; NaN where the schedule gives none. */
  readonly lambda: Float64Array
}

/** What the columns of a schedule press, divided into parts that share their λ at all times. */
export function targetsOf(
  schedule: Schedule,
  supernet: Pick<Supernet, 'groups' | 'graph'>,
): AblationTargets[] {
  const places = new Map<string, ScheduleColumn[]>()
  for (const column of schedule.columns) {
    const place = JSON.stringify([column.term, column.part, column.layer])
    if (column.segments.length > 0) places.set(place, [...(places.get(place) ?? []), column])
  }
  return [...places.values()].flatMap((columns) =>
    atomsOf(columns, supernet).map(({ acting, ...atom }) => {
      const { term, part, layer } = columns[0]!
      return { term, part, layer, ...atom, lambda: lambdaOf(acting, schedule.steps) }
    }),
  )
}

type Atom = Omit<AblationTargets, 'term' | 'part' | 'layer' | 'lambda'> & {
  readonly acting: readonly ScheduleColumn[]
}

/** The parts of a layer on which the same of the given columns, all of one term, act. */
function atomsOf(
  columns: readonly ScheduleColumn[],
  { groups, graph }: Pick<Supernet, 'groups' | 'graph'>,
): Atom[] {
  const { part, layer } = columns[0]!
  const layerGroups = groups.filter((group) => group.layer === layer)
  const kinds = [...new Set(layerGroups.map((group) => (isWidth(group) ? 'widths' : 'choices')))]
  // A term that is no sum over groups can be given for whole layers only.
  if (columns.every(({ select }) => !select))
    return [{ kind: part === 'gates' && kinds.length === 1 ? kinds[0]! : 'all', count: 1, acting: columns }]
  if (part === 'weights')
    return merged(
      parametersOf(graph)
        .filter((each) => each.layer === layer && each.role === 'weight' && each.shape.length > 1)
        .map(({ name }) => ({
          kind: 'arrays',
          select: { parameters: [name] },
          count: 1,
          acting: columns.filter(({ select }) => matcher(select?.parameters)(name)),
        })),
      'parameters',
    )
  const inGroups = layerGroups.flatMap((group) => {
    const there = columns.filter(({ select }) => matcher(select?.groups)(group.name))
    const members = merged(
      group.members.map(({ name }) => ({
        kind: isWidth(group) ? 'widths' : 'choices',
        select: { groups: [group.name], members: [name] },
        count: 1,
        acting: there.filter(({ select }) => matcher(select?.members)(name)),
      })),
      'members',
    )
    // Members that are all alike need not be named.
    return members.length === 1 && members[0]!.count === group.members.length
      ? [{ ...members[0]!, select: { groups: [group.name] } }]
      : members
  })
  const whole = inGroups.filter(({ select }) => !select?.members)
  return [...merged(whole, 'groups'), ...inGroups.filter(({ select }) => select?.members)]
}

/** Joins the atoms on which the same columns act; those on which none acts are left out. */
function merged(atoms: readonly Atom[], key: keyof Selection): Atom[] {
  const mergedAtoms: Atom[] = []
  for (const atom of atoms) {
    if (atom.acting.length === 0) continue
    const at = mergedAtoms.findIndex(
      ({ kind, acting }) =>
        kind === atom.kind &&
        acting.length === atom.acting.length &&
        acting.every((each, i) => each === atom.acting[i]),
    )
    if (at < 0) mergedAtoms.push(atom)
    else {
      const { select, count, ...rest } = mergedAtoms[at]!
      const names = [...(select?.[key] ?? []), ...(atom.select?.[key] ?? [])]
      mergedAtoms[at] = { ...rest, select: { ...select, [key]: names }, count: count + atom.count }
    }
  }
  return mergedAtoms
}

/** λ over time: of the columns that act, the last one with a segment counts. */
function lambdaOf(
  columns: readonly { readonly segments: readonly Segment[] }[],
  steps: number,
): Float64Array {
  const lambda = new Float64Array(steps).fill(NaN)
  for (const { segments } of columns)
    for (const { from, to, value } of segments) lambda.fill(value, from, Math.min(to, steps))
  return lambda
}
