import { missingNumbers } from '../../data/missing-values.js'
import type { Scale, Scaler } from '../../data/types.js'
import { scalesApart } from '../outside.js'
import type { OnnxBuilder } from './builder.js'
import { missingTexts } from './missing.js'
import type { RawInput } from './raw-inputs.js'

/** What the inputs need beside their form. */
export interface Encoder {
  readonly inputs: readonly RawInput[]
  readonly scaler: Scaler
  /** The policy for missing cells; under `refuse` and `drop-row` a row with one has no prediction. */
  readonly missing: string
  /** Whether a row with a category that training did not see has no prediction. */
  readonly unseen?: 'refuse' | undefined
}

/** The network's input, and the rows that have no prediction. */
export interface Encoded {
  /** Scaled values, [N, …shape], features last. */
  readonly x: string
  /** Booleans [N]; undefined if every row has a prediction. */
  readonly refused: string | undefined
}

/**
 * Writes the encoding of raw inputs: categories as ones and zeros, missing cells filled or refused, all scaled
 * and bent. It computes what `encodeCells`, `scale` and `bent` do. A category that training did not see is
 * another one or refused, as there.
 */
export function writeInputs(to: OnnxBuilder, { inputs, scaler, missing, unseen }: Encoder): Encoded {
  const { outside, inside } = scalesApart(scaler)
  const fills = missing !== 'refuse' && missing !== 'drop-row'
  const refusals: string[] = []
  const fill = scaler.fill.map((value, i) => (value - outside.input.mean[i]!) / outside.input.std[i]!)
  const pieces = inputs.flatMap((input) => {
    const inputScale = { mean: pick(outside.input.mean, input), std: pick(outside.input.std, input) }
    if (!input.categories) return writeNumbers(to, input, inputScale)
    return writeCategories(to, input, { fill: fills ? pick(fill, input) : undefined, unseen, refusals })
  })
  const last = inputs[0]!.shape.length
  const joined = pieces.length === 1 ? pieces[0]! : to.op('Concat', 'input/joined', pieces, { axis: last })
  const isWhole = inputs.every(({ type }) => type === 'uint8' || type === 'string')
  const known = isWhole ? joined : writeMissing(to, joined, fills ? fill : undefined, refusals)
  const x = writeScale(to, known, inside.input, scaler.bend)
  return { x, refused: writeRefusals(to, refusals, last) }
}

const pick = (values: readonly number[], { from, width }: RawInput): readonly number[] =>
  values.slice(from, from + width)

/** Numbers as floats; columns far from 0 are scaled first, in 64 bits. Behind them, their indicator. */
function writeNumbers(to: OnnxBuilder, input: RawInput, { mean, std }: Scale): string[] {
  const { name, type, indicator } = input
  const known = writeMissingNumbers(to, input)
  const wide = (what: string, values: readonly number[]) =>
    to.constant(`${name}/${what}`, 'double', [values.length], values)
  const near = () => {
    const centred = to.op('Sub', `${name}/centred`, [known, wide('mean', mean)])
    return to.op('Div', `${name}/near`, [centred, wide('std', std)])
  }
  const float = type === 'float' ? known : toFloat(to, `${name}/float`, type === 'double' ? near() : known)
  if (!indicator) return [float]
  return [float, toFloat(to, `${name}/missing`, to.op('IsNaN', `${name}/is-missing`, [known]))]
}

/** Numbers with NaN for those that mean a missing cell (`data.missingValues`). */
function writeMissingNumbers(to: OnnxBuilder, { name, type, missingValues = [] }: RawInput): string {
  const numbers = missingNumbers(missingValues)
  if (numbers.length === 0 || (type !== 'float' && type !== 'double')) return name
  return numbers.reduce((known, value, i) => {
    const constant = (what: string, of: number) => to.constant(`${name}/${what}-${i}`, type, [], [of])
    const same = to.op('Equal', `${name}/same-${i}`, [name, constant('missing-value', value)])
    return to.op('Where', `${name}/known-${i}`, [same, constant('gap', NaN), known])
  }, name)
}

/** What becomes of texts that are no category: `fill` replaces missing ones, the others may be refused. */
interface Texts extends Pick<Encoder, 'unseen'> {
  readonly fill: readonly number[] | undefined
  /** Takes a value [N, …, 1] that is 1 where a row is refused. */
  readonly refusals: string[]
}

/** Texts as one feature for each category, and one more for all others if there is one. */
function writeCategories(to: OnnxBuilder, input: RawInput, { fill, unseen, refusals }: Texts): string[] {
  const { name, categories, rare, indicator, missingValues = [] } = input
  const texts = (what: string, values: readonly string[]) =>
    to.constant(`${name}/${what}`, 'string', [values.length], values)
  const same = to.op('Equal', `${name}/same`, [name, texts('categories', categories!)])
  const oneHot = toFloat(to, `${name}/ones`, same)
  const last = to.constant(`${name}/last`, 'int64', [1], [-1])
  const gaps = [...new Set([...missingTexts, ...missingValues])]
  const words = to.op('Equal', `${name}/words`, [name, texts('missing-words', gaps)])
  const missing = to.op('ReduceMax', `${name}/missing`, [toFloat(to, `${name}/word`, words), last])
  const full = to.constant(`${name}/one`, 'float', [], [1])
  const matched = to.op('ReduceMax', `${name}/found`, [oneHot, last])
  const none = to.op('Sub', `${name}/none`, [full, matched])
  const unknown = to.op('Sub', `${name}/unknown`, [none, missing])
  const ones = rare ? to.op('Concat', `${name}/all`, [oneHot, unknown], { axis: input.shape.length }) : oneHot
  if (!fill) refusals.push(missing)
  // Training knew the rare ones.
  const isNew = () => {
    const known = to.op('Equal', `${name}/is-rare`, [name, texts('rare', rare!)])
    const matchedRare = to.op('ReduceMax', `${name}/rare-found`, [
      toFloat(to, `${name}/rare-ones`, known),
      last,
    ])
    return to.op('Sub', `${name}/new`, [unknown, matchedRare])
  }
  if (unseen === 'refuse') refusals.push(rare ? isNew() : unknown)
  if (!fill) return indicator ? [ones, missing] : [ones]
  const where = to.op('Cast', `${name}/is-missing`, [missing], { to: 9 })
  const row = to.constant(`${name}/fill`, 'float', [fill.length], fill)
  const filled = to.op('Where', `${name}/filled`, [where, row, ones])
  return indicator ? [filled, missing] : [filled]
}

/** Fills missing numbers, or notes them as refused. */
function writeMissing(
  to: OnnxBuilder,
  x: string,
  fill: readonly number[] | undefined,
  refusals: string[],
): string {
  const isMissing = to.op('IsNaN', 'input/is-missing', [x])
  if (!fill) {
    refusals.push(toFloat(to, 'input/missing', isMissing))
    return x
  }
  return to.op('Where', 'input/filled', [
    isMissing,
    to.constant('input/fill', 'float', [fill.length], fill),
    x,
  ])
}

/** (x − mean) / std, bent by b · tanh(z / b) if there is a bend. */
function writeScale(to: OnnxBuilder, x: string, { mean, std }: Scale, bend: number | undefined): string {
  const row = (name: string, values: readonly number[]) =>
    to.constant(`input/${name}`, 'float', [values.length], values)
  const centred = to.op('Sub', 'input/centred', [x, row('mean', mean)])
  if (bend === undefined) return to.op('Div', 'input/scaled', [centred, row('std', std)])
  const wide = row(
    'std',
    std.map((value) => value * bend),
  )
  const bent = to.op('Tanh', 'input/tanh', [to.op('Div', 'input/scaled', [centred, wide])])
  return to.op('Mul', 'input/bent', [bent, to.constant('input/bend', 'float', [], [bend])])
}

/** Whether any of several values [N, …] is 1, as booleans [N]. `rank` is the number of axes behind N. */
function writeRefusals(to: OnnxBuilder, refusals: readonly string[], rank: number): string | undefined {
  if (refusals.length === 0) return undefined
  const all = Array.from({ length: rank }, (_, i) => i + 1)
  const each = refusals.map((x, i) => {
    const axes = to.constant(`refused/axes-${i}`, 'int64', [rank], all)
    return to.op('ReduceMax', `refused/rows-${i}`, [x, axes], { keepdims: 0 })
  })
  const most = each.length === 1 ? each[0]! : to.op('Max', 'refused/any', each)
  return to.op('Cast', 'refused', [most], { to: 9 })
}

const toFloat = (to: OnnxBuilder, name: string, x: string): string => to.op('Cast', name, [x], { to: 1 })
