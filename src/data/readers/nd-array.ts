import { InputError } from '../../base/errors.js'
import { checkFits } from '../../base/limit.js'
import { tableOf, type Arrays, type Content, type Numbers } from '../content.js'
import { toChannelsLast } from '../layout.js'
import type { ReadOptions } from './types.js'

/** An array of any number of axes as a file holds it: its first axis is the rows. */
export interface NdArray {
  /** The file's name, as messages give it. */
  readonly name: string
  readonly shape: readonly number[]
  /** The i-th value in row-major order, exact. */
  readonly at: (i: number) => number | bigint
}

/**
 * An array as rows. Of one axis, [rows], it is a table of one column, its cells exact; of [rows, features] too where
 * the options ask for `cells`. Else [rows, features] is a table (or images
 * or sequences, flat, where the options say their shape), [rows, steps, channels] sequences (gray images where
 * `kind` says so), [rows, height, width, channels] images. Under the layout channels-first the axis of the
 * channels stands before the others.
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

/** About what a short text takes. */
const bytesOfCell = 32

const cellsOf = ({ at }: NdArray, rows: number, size: number): string[][] =>
  Array.from({ length: rows }, (_, row) =>
    Array.from({ length: size }, (__, column) => {
      const value = at(row * size + column)
      return Number.isNaN(value) ? '' : String(value)
    }),
  )

const kindOf = (axes: number): Arrays['kind'] => (axes === 1 ? 'table' : axes === 2 ? 'sequences' : 'images')

function wanted({ kind, image, sequence }: ReadOptions): string {
  if (kind === undefined) return 'rows of a table (2 axes), of sequences (3) or of images (3 or 4)'
  const flat = image
    ? [image.height, image.width, image.channels]
    : sequence && [sequence.steps, sequence.channels]
  const alone = flat ? `, or rows of ${flat.join('×')} values` : ''
  return `${{ table: 2, series: 2, sequences: 3, images: '3 or 4' }[kind]} axes for kind ${kind}${alone}`
}

/** The shape of one row with its channels last; undefined where its axes do not fit the kind. */
function formOf(
  kind: Arrays['kind'],
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
 * As 32-bit floats where these hold every value, else as 64-bit ones; NaN is a missing value, infinity (also by
 * rounding) and digits that no number keeps are errors.
 */
function finite({ name, at }: NdArray, rows: number, size: number): Numbers {
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
