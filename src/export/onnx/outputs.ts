import type { Scale, Task } from '../../data/types.js'
import type { OnnxBuilder } from './builder.js'
import type { ValueInfo } from './types.js'

/** What the outputs are made of. */
export interface Predicted {
  readonly task: Task
  /** Logits [N, classes], or values [N, outputs]. */
  readonly x: string
  /** Booleans [N]: rows without a prediction; undefined if there are none. */
  readonly refused: string | undefined
  /** The scale of values that is applied in 64 bits; changes nothing for columns near 0. */
  readonly outside: Scale
}

/** The names of a model's outputs, which are made unique before anything else but the inputs. */
export interface OutputNames {
  readonly label: string
  readonly probabilities: string
  readonly values: string
}

/**
 * Writes the outputs: the most probable class as text and the probability of each class, or the values in
 * original units. A refused row has the label "" and NaN.
 */
export function writeOutputs(to: OnnxBuilder, predicted: Predicted, names: OutputNames): ValueInfo[] {
  return predicted.task.kind === 'classification'
    ? writeClasses(to, predicted, predicted.task.classes, names)
    : [writeValues(to, predicted, predicted.task.outputs, names.values)]
}

function writeClasses(
  to: OnnxBuilder,
  { x, refused }: Predicted,
  classes: readonly string[],
  { label, probabilities }: OutputNames,
): ValueInfo[] {
  const names = to.constant('output/classes', 'string', [classes.length], classes)
  const place = to.op('ArgMax', 'output/place', [x], { axis: 1, keepdims: 0 })
  const chosen = to.op('Gather', 'output/class', [names, place])
  const empty = () => to.constant('output/none', 'string', [], [''])
  to.output(label, refused ? to.op('Where', 'output/label', [refused, empty(), chosen]) : chosen)
  const shares = to.op('Softmax', 'output/shares', [x], { axis: -1 })
  to.output(probabilities, withoutRefused(to, shares, refused))
  return [
    { name: label, type: 'string', dims: ['N'], about: 'the most probable class; empty for a refused row' },
    {
      name: probabilities,
      type: 'float',
      dims: ['N', classes.length],
      about: `the probability of each class: ${classes.join(', ')}`,
    },
  ]
}

function writeValues(
  to: OnnxBuilder,
  { x, refused, outside: { mean, std } }: Predicted,
  outputs: readonly string[],
  name: string,
): ValueInfo {
  const isFar = mean.some((value) => value !== 0) || std.some((value) => value !== 1)
  const near = withoutRefused(to, x, refused)
  if (isFar) {
    const wide = (what: string, values: readonly number[]) =>
      to.constant(`output/${what}`, 'double', [values.length], values)
    const double = to.op('Cast', 'output/double', [near], { to: 11 })
    const spread = to.op('Mul', 'output/spread', [double, wide('std', std)])
    to.output(name, to.op('Add', 'output/far', [spread, wide('mean', mean)]))
  } else to.output(name, near)
  const about = `in original units: ${outputs.join(', ')}`
  return { name, type: isFar ? 'double' : 'float', dims: ['N', outputs.length], about }
}

function withoutRefused(to: OnnxBuilder, x: string, refused: string | undefined): string {
  if (!refused) return x
  const rows = to.op('Unsqueeze', 'refused/rows', [refused, to.constant('refused/axis', 'int64', [1], [1])])
  return to.op('Where', 'output/known', [rows, to.constant('output/unknown', 'float', [], [NaN]), x])
}
