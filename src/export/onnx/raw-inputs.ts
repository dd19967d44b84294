import type { FloatArray } from '../../data/content.js'
import { valueWidth } from '../../data/categories.js'
import { missingWordsOf } from '../../data/missing-values.js'
import type { Encoding } from '../../data/types.js'
import type { Preprocess } from '../model-content.js'

/** One input of an ONNX model: a column of raw cells, or all values of an image, a sequence or a vector. */
export interface RawInput {
  readonly name: string
  /** `double` for columns far from 0, whose digits 32 bits would lose. */
  readonly type: 'float' | 'double' | 'uint8' | 'string'
  /** Without the batch; the last axis is 1 for a column. */
  readonly shape: readonly number[]
  /** The first of its features (last axis of the network's input), and their number without the indicator. */
  readonly from: number
  readonly width: number
  /** The categories of a column of texts, one feature each. */
  readonly categories?: readonly string[]
  /** The rare categories of training, if these and all other texts share one more feature. */
  readonly rare?: readonly string[]
  /** The further words that mean a missing cell (`data.missingValues`), of a column that may have some. */
  readonly missingValues?: readonly string[]
  /** Whether it is a column of a table or series, and not all values in one. */
  readonly column: boolean
  /** Whether the feature behind its own says that the cell is missing. */
  readonly indicator: boolean
}

/** What of a model's preprocessing decides its inputs. */
export type RawForm = Pick<Preprocess, 'shape' | 'encoding' | 'outside'> & {
  /** Whether all values are bytes, as those of image files are. */
  readonly bytes: boolean
}

/** What a model's metadata say of its inputs: enough to feed it rows of a file. */
export type OnnxPreprocess = Preprocess & Pick<RawForm, 'bytes'>

/** The values of an input, rows × its shape. */
export interface Feed extends Pick<RawInput, 'name' | 'type'> {
  readonly dims: readonly number[]
  readonly values: Float32Array | Float64Array | Uint8Array | readonly string[]
}

/** The inputs of a model. Tables and series have one for each column, everything else has one in all. */
export function rawInputs({ shape, encoding, outside, bytes }: RawForm): RawInput[] {
  const features = shape.at(-1)!
  const isFar = (from: number, to: number) =>
    outside.input.mean.slice(from, to).some((mean) => mean !== 0) ||
    outside.input.std.slice(from, to).some((std) => std !== 1)
  const number = (from: number, to: number) => (isFar(from, to) ? 'double' : 'float')
  if (!hasColumns(encoding)) {
    const type = bytes ? 'uint8' : number(0, features)
    const form = {
      type,
      shape,
      from: 0,
      width: features,

      column: false,
      indicator: false,
    } as const
    return [{ name: nameOf[encoding.kind], ...form }]
  }
  let from = 0
  return encoding.columns.map((column) => {
    const { name, categories, rare, date, indicator = false } = column
    const first = from
    const width = valueWidth(column)
    from += width + (indicator ? 1 : 0)
    const type = categories ? 'string' : number(first, first + 1)
    const form = { type, shape: [...shape.slice(0, -1), 1], from: first, width } as const
    // Words mean a missing date in a file, not among the numbers that were computed from it.
    const words = date ? [] : missingWordsOf(encoding.missingValues, name)
    return {
      name,
      ...form,
      column: true,
      indicator,
      categories,
      rare,
      ...(words.length > 0 && { missingValues: words }),
    }
  })
}

const nameOf = { images: 'image', series: 'series', sequences: 'sequence', table: 'values' } as const

/** Whether the network's features are those of a table's columns, in their order. */
const hasColumns = ({ kind, columns, shape }: Encoding): boolean =>
  (kind === 'table' || kind === 'series') && columns.length > 0 && shape === undefined

/**
 * Encoded rows as raw inputs: the inverse of the encoding, so that a data set (rows × product(shape) values in
 * original units, NaN where a cell is missing) can be fed to a model. A missing category is an empty text, and one
 * that has no feature of its own a text that is none of the others.
 */
export function rawFeedsOf(inputs: readonly RawInput[], values: FloatArray, features: number): Feed[] {
  const places = values.length / features
  return inputs.map(({ name, type, shape, from, width, categories }) => {
    const perRow = shape.slice(0, -1).reduce((product, n) => product * n, 1)
    const dims = [places / perRow, ...shape]
    const at = (place: number) => place * features + from
    if (categories) {
      const another = textBeside(categories)
      const texts = Array.from({ length: places }, (_, place) => {
        const oneHot = values.subarray(at(place), at(place) + width)
        return Number.isNaN(oneHot[0]!) ? '' : (categories[oneHot.indexOf(1)] ?? another)
      })
      return { name, type, dims, values: texts }
    }
    const numbers = new Numeric[type as 'float'](places * width)
    for (let place = 0; place < places; place++)
      for (let i = 0; i < width; i++) numbers[place * width + i] = values[at(place) + i]!
    return { name, type, dims, values: numbers }
  })
}

/** A text that is none of the categories, and no word for a missing cell. */
const textBeside = (categories: readonly string[]): string => {
  let text = 'other'
  while (categories.includes(text)) text = `_${text}`
  return text
}

const Numeric = { float: Float32Array, double: Float64Array, uint8: Uint8Array }
