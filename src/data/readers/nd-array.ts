import { InputError } from '../../base/errors.js'
import { checkFits } from '../../base/limit.js'
import { tableOf, type ArrayContent, type Content, type FloatArray } from '../content.js'
import { toChannelsLast } from '../layout.js'
import type { ReadOptions } from './types.js'

/** An array with any number of axes, as stored in a file; the first axis is the rows. */
export interface NdArray {
  /** The file's name in messages. */
  readonly name: string
  readonly shape: readonly number[]
  /** The i-th value in row-major order, exact. */
  readonly at: (i: number) => number | bigint
}

/**
 * Converts an array to rows. [rows] becomes a table of one column with exact cells; so does [rows, features],
 * with a column per feature, if `cells` is set. Otherwise, [rows, features] becomes a table (or images or
 * sequences if the options give their shape), [rows, steps, channels] sequences (or gray images of [height,
 * width] if `kind` is `images`), and [rows, height, width, channels] images. With the layout channels-first,
 * the channels precede the other axes of a row.
 */
export function rowsOfArray(array: NdArray, options: ReadOptions): Content {
  const { name, shape } = array
  const [rows = 0, ...axes] = shape
  if (rows === 0 || axes.includes(0)) {
    throw new InputError(`${name}: expected an array of rows, got shape [${shape.join(', ')}]`)
  }
  const located = { name, unit: 'row' as const, places: places(rows) }
  const size = axes.reduce((product, n) => product * n, 1)
  if (axes.length === 0 || (options.cells === true && axes.length === 1)) {
    checkFits(name, rows * size * bytesOfCell, 'text cells')
    return tableOf({
      ...located,
      names: places(size).map((column) => String(column - 1)),
      rows: cellsOf(array, rows, size),
    })
  }
  const kind = options.kind === 'series' ? 'table' : (options.kind ?? kindOf(axes.length))
  const form = formOf(kind, axes, options)
  if (form === undefined)
    throw new InputError(`${name}: expected ${wanted(options)}, got shape [${shape.join(', ')}]`)
  const numbers = finite(array, rows, size)
  const channels = form.at(-1)!
  const positions = form.slice(0, -1).reduce((product, n) => product * n, 1)
  const turned = options.layout === 'channels-first' && kind !== 'table'
  return {
    ...located,
    kind,
    rows,
    shape: form,
    values: turned ? toChannelsLast(numbers, positions, channels) : numbers,
  }
}

const places = (count: number): number[] => Array.from({ length: count }, (_, i) => i + 1)

/** The approximate bytes of a short text. */
const bytesOfCell = 32

const cellsOf = ({ at }: NdArray, rows: number, size: number): string[][] =>
  Array.from({ length: rows }, (_, row) =>
    Array.from({ length: size }, (__, column) => {
      const value = at(row * size + column)
      return Number.isNaN(value) ? '' : String(value)
    }),
  )

const kindOf = (axes: number): ArrayContent['kind'] =>
  axes === 1 ? 'table' : axes === 2 ? 'sequences' : 'images'

function wanted({ kind, image, sequence }: ReadOptions): string {
  if (kind === undefined) return 'rows of a table (2 axes), of sequences (3) or of images (3 or 4)'
  const flat = image
    ? [image.height, image.width, image.channels]
    : sequence && [sequence.steps, sequence.channels]
  const alternative = flat ? `, or rows of ${flat.join('×')} values` : ''
  return `${{ table: 2, series: 2, sequences: 3, images: '3 or 4' }[kind]} axes for kind ${kind}${alternative}`
}

/** The shape of one row with its channels last; undefined if its axes do not fit the kind. */
function formOf(
  kind: ArrayContent['kind'],
  axes: readonly number[],
  { image, sequence, layout }: ReadOptions,
): readonly number[] | undefined {
  if (kind === 'table') return axes.length === 1 ? axes : undefined
  if (axes.length === 1) {
    const flat = kind === 'images' ? image : sequence
    if (flat === undefined) return undefined
    const form = 'steps' in flat ? [flat.steps, flat.channels] : [flat.height, flat.width, flat.channels]
    return form.reduce((product, n) => product * n, 1) === axes[0] ? form : undefined
  }
  if (kind === 'images' && axes.length === 2) return [...axes, 1]
  if (axes.length !== (kind === 'images' ? 3 : 2)) return undefined
  return layout === 'channels-first' ? [...axes.slice(1), axes[0]!] : axes
}

/**
 * Reads the values as 32-bit floats if these represent all of them, otherwise as 64-bit floats. NaN is a
 * missing value. Throws for infinity, including values that round to it, and for integers that a float cannot
 * represent.
 */
function finite({ name, at }: NdArray, rows: number, size: number): FloatArray {
  checkFits(name, rows * size * 4, 'values')
  const result = new Float32Array(rows * size)
  let narrow = true
  for (let i = 0; i < result.length; i++) {
    const value = at(i)
    const number = Number(value)
    result[i] = number
    narrow &&= result[i] === number || Number.isNaN(number)
    const exact = typeof value === 'number' || BigInt(number) === value
    if (exact && Math.abs(result[i]!) !== Infinity) continue
    const where = `${name} row ${Math.floor(i / size) + 1}, value ${(i % size) + 1}`
    const wanted = exact
      ? 'a number below 3.4e38 in size'
      : 'an integer that keeps its digits as a number (up to 2⁵³)'
    throw new InputError(`${where}: expected ${wanted}, got ${value}`)
  }
  if (narrow) return result
  checkFits(name, rows * size * 8, 'values')
  return Float64Array.from(result, (_, i) => Number(at(i)))
}
