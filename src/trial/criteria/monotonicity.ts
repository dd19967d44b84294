import { outputsOf, type PreparedData } from '../../data/types.js'
import type { Criterion } from '../../config/criterion-schema.js'
import { columnMisfit, numberColumns } from './columns.js'
import type { JudgedModel, CriterionKind } from './types.js'

/** The steps into which the range of a column is cut. */
const steps = 16
/** What 32-bit floats may lose, relative to the spread of an output. */
const rounding = 1e-5

/**
 * The share of steps in which an output goes the way that it should while `column` rises from the least to the
 * greatest value of the training rows and all else of a row stays. `output` is an output, or a class, whose
 * probability counts; it may be left out if there is only one.
 */
export const monotonicity: CriterionKind = {
  onRows: true,
  keys: ['column', 'output', 'direction'],
  misfit(criterion, data) {
    const misfit = columnMisfit(criterion.column, numberColumns(data))
    if (misfit !== undefined || placeOf(criterion, data) >= 0) return misfit
    const { output } = criterion
    return `output: expected one of ${namesOf(data).join(', ')}, got ${output === undefined ? 'nothing' : JSON.stringify(output)}`
  },
  measure(model, criterion) {
    const { data } = model
    const rows = data.splits[criterion.split]
    const sign = criterion.direction === 'decreasing' ? -1 : 1
    if (rows.length === 0) return { value: null }
    const curves = curvesOf(model, criterion, rows)
    const slack = rounding * spread(curves)
    let [right, all] = [0, 0]
    for (let step = 1; step < curves.length; step++)
      curves[step]!.forEach((value, row) => {
        all++
        if (sign * (value - curves[step - 1]![row]!) >= -slack) right++
      })
    return { value: right / all }
  },
  remedy: 'search with another space or more rows: no term makes a network monotonic',
}

const namesOf = ({ dataset: { task } }: PreparedData): readonly string[] =>
  task.kind === 'classification' ? task.classes : task.outputs

function placeOf({ output }: Criterion, data: PreparedData): number {
  const names = namesOf(data)
  return output === undefined && names.length === 1 ? 0 : names.indexOf(output ?? '')
}

/** The output of each row at each value of the column. */
function curvesOf(model: JudgedModel, criterion: Criterion, rows: Uint32Array): number[][] {
  const { data, outputs } = model
  const { at } = numberColumns(data).find(({ name }) => name === criterion.column)!
  const [features, width] = [data.dataset.features.length, outputsOf(data.dataset.task)]
  const place = placeOf(criterion, data)
  const [least, greatest] = rangeOf(data, at)
  return Array.from({ length: steps + 1 }, (_, step) => {
    const value = least + ((greatest - least) * step) / steps
    const predictions = outputs(rows, (values) => {
      for (let i = at; i < values.length; i += features) values[i] = value
    })
    return Array.from(rows, (_row, i) => {
      const rowOutputs = predictions.subarray(i * width, (i + 1) * width)
      if (data.dataset.task.kind !== 'classification') return rowOutputs[place]!
      const top = Math.max(...rowOutputs)
      return (
        Math.exp(rowOutputs[place]! - top) / rowOutputs.reduce((sum, logit) => sum + Math.exp(logit - top), 0)
      )
    })
  })
}

/** The least and the greatest known value of a feature in the training rows. */
function rangeOf(
  { dataset: { inputs, rows, features }, splits }: PreparedData,
  at: number,
): [number, number] {
  const size = inputs.length / rows
  let [least, greatest] = [Infinity, -Infinity]
  for (const row of splits.train)
    for (let i = row * size + at; i < (row + 1) * size; i += features.length) {
      if (Number.isNaN(inputs[i]!)) continue
      least = Math.min(least, inputs[i]!)
      greatest = Math.max(greatest, inputs[i]!)
    }
  return [least, greatest]
}

function spread(curves: readonly (readonly number[])[]): number {
  const of = (f: (...values: number[]) => number, from: number) =>
    curves.flat().reduce((best, value) => f(best, value), from)
  return of(Math.max, -Infinity) - of(Math.min, Infinity)
}
