import type { Decision, Scale, Task } from '../../data/types.js'
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
    ? writeClasses(to, predicted, predicted.task, names)
    : [writeValues(to, predicted, predicted.task.outputs, names.values)]
}

type Classification = Extract<Task, { kind: 'classification' }>

/** Writes the place [N] of the class that probabilities [N, classes] decide for. */
function writeDecision(
  to: OnnxBuilder,
  shares: string,
  { classes, positive }: Classification,
  { threshold, costs }: Decision,
): string {
  const place = (name: string, value: number) => to.constant(`output/${name}`, 'int64', [], [value])
  if (threshold !== undefined) {
    const wanted = positive === undefined ? 1 : classes.indexOf(positive)
    const share = to.op('Gather', 'output/positive', [shares, place('column', wanted)], { axis: 1 })
    const least = to.constant('output/threshold', 'float', [], [threshold])
    const reached = to.op('GreaterOrEqual', 'output/reached', [share, least])
    return to.op('Where', 'output/place', [reached, place('hit', wanted), place('other', 1 - wanted)])
  }
  if (!costs) return to.op('ArgMax', 'output/place', [shares], { axis: 1, keepdims: 0 })
  const expandedShares = to.op('Unsqueeze', 'output/apart', [
    shares,
    to.constant('output/last', 'int64', [1], [2]),
  ])
  const matrix = to.constant('output/costs', 'float', [classes.length, classes.length], costs.flat())
  const each = to.op('Mul', 'output/each', [expandedShares, matrix])
  const over = to.constant('output/over', 'int64', [1], [1])
  const expected = to.op('ReduceSum', 'output/expected', [each, over], { keepdims: 0 })
  return to.op('ArgMin', 'output/place', [expected], { axis: 1, keepdims: 0 })
}

function writeClasses(
  to: OnnxBuilder,
  { x, refused }: Predicted,
  task: Classification,
  { label, probabilities }: OutputNames,
): ValueInfo[] {
  const { classes, decision } = task
  const names = to.constant('output/classes', 'string', [classes.length], classes)
  const shares = to.op('Softmax', 'output/shares', [x], { axis: -1 })
  const place = decision
    ? writeDecision(to, shares, task, decision)
    : to.op('ArgMax', 'output/place', [x], { axis: 1, keepdims: 0 })
  const chosen = to.op('Gather', 'output/class', [names, place])
  const empty = () => to.constant('output/none', 'string', [], [''])
  to.output(label, refused ? to.op('Where', 'output/label', [refused, empty(), chosen]) : chosen)
  to.output(probabilities, withoutRefused(to, shares, refused))
  return [
    {
      name: label,
      type: 'string',
      dims: ['N'],
      about: `${decision ? 'the class that is decided for' : 'the most probable class'}; empty for a refused row`,
    },
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
