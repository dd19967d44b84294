import { append } from '../../schedule/columns.js'
import { rowsOf, type Row } from '../../schedule/rows.js'
import { columnLabel } from '../../schedule/select.js'
import type { Schedule, Segment } from '../../schedule/types.js'
import type { Supernet } from '../../supernet/types.js'
import { targetsOf, type AblationTargets } from './targets.js'

/** Over what λ[t, k] is averaged: iterations, layers, or both. */
export type Over = 't' | 'k' | 't and k'

/**
 * The rows of a schedule with λ replaced by its mean, over the iterations and layers for which the schedule
 * gives one; where it gives none, there is none. Each term is averaged on its own, and its widths apart from
 * its choices. Over t: each gate, array or layer has its own mean at all of its iterations, so that Σ_t λ is
 * the same. Over k: at each iteration, all layers have the mean of the layers, each of which counts once, by
 * the mean of its gates. Over both: the mean of the latter over all pairs of iteration and layer. The weights of
 * the losses stay.
 */
export function meanRows(
  schedule: Schedule,
  supernet: Pick<Supernet, 'groups' | 'graph'>,
  over: Over,
): Row[] {
  const targets = targetsOf(schedule, supernet)
  const classes = groupedBy(targets, classOf)
  return [
    ...rowsOf(schedule).filter(([, , layer]) => layer === '*'),
    ...targets.flatMap((each) => rowsWith(each, averaged(each, classes.get(classOf(each))!, over))),
  ]
}

const classOf = ({ term, part, kind }: AblationTargets): string => `${term}/${part} ${kind}`

function groupedBy<T>(items: readonly T[], key: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>()
  for (const item of items) groups.set(key(item), [...(groups.get(key(item)) ?? []), item])
  return groups
}

/** The λ of some targets after averaging, NaN where there was none. */
function averaged(targets: AblationTargets, all: readonly AblationTargets[], over: Over): Float64Array {
  const of = (value: (t: number) => number) =>
    targets.lambda.map((lambda, t) => (Number.isNaN(lambda) ? NaN : value(t)))
  if (over === 't') {
    const mean = meanOf([...targets.lambda].filter((value) => !Number.isNaN(value)))
    return of(() => mean)
  }
  const layers = layersAt(all, targets.lambda.length)
  if (over === 'k') return of((t) => meanOf(layers[t]!))
  const mean = meanOf(layers.flat())
  return of(() => mean)
}

/** For each iteration, the mean λ of each layer that has one. */
function layersAt(targets: readonly AblationTargets[], steps: number): number[][] {
  const layers = [...groupedBy(targets, ({ layer }) => layer).values()]
  return Array.from({ length: steps }, (_, t) =>
    layers.flatMap((layerTargets) => {
      const acting = layerTargets.filter(({ lambda }) => !Number.isNaN(lambda[t]!))
      const count = acting.reduce((sum, each) => sum + each.count, 0)
      return count === 0 ? [] : [acting.reduce((sum, each) => sum + each.count * each.lambda[t]!, 0) / count]
    }),
  )
}

const meanOf = (values: readonly number[]): number =>
  values.reduce((sum, each) => sum + each, 0) / values.length

function rowsWith(targets: AblationTargets, lambda: Float64Array): Row[] {
  const segments: Segment[] = []
  lambda.forEach((value, t) => {
    if (!Number.isNaN(value)) append(segments, t, t + 1, value)
  })
  return segments.map(({ from, to, value }) => [from, to, targets.layer, columnLabel(targets), value])
}
