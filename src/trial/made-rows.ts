import type { RandomStream } from '../base/random.js'
import type { PreparedData } from '../data/types.js'
import { inputColumns } from './criteria/columns.js'

/** How inputs are made of measured ones; by default as the kind of data allows. */
export interface MadeOptions {
  /** The made rows of a batch, as a share of its measured ones. */
  readonly rows: number
  /**
   * `swap`: each column of a row is replaced, with probability `share`, by that of another row. `mixup`: two
   * rows are mixed, in shares that are uniform on [0, 1] (Zhang et al., arXiv:1710.09412, with α = 1).
   */
  readonly by: 'swap' | 'mixup'
  readonly share: number
}

/**
 * `count` inputs that nobody measured, made of those of `rows`: scaled values, count × product(shape). Columns
 * of texts and dates are swapped as a whole.
 */
export function madeInputs(
  data: PreparedData,
  rows: Uint32Array,
  count: number,
  { by, share }: MadeOptions,
  draw: RandomStream,
): Float32Array {
  const width = data.dataset.shape.reduce((product, n) => product * n, 1)
  const made = new Float32Array(count * width)
  const columns = by === 'swap' ? swappedTogether(data) : []
  const anyRow = () => rows[draw.integer(rows.length)]! * width
  for (let i = 0; i < count; i++) {
    const from = anyRow()
    const at = i * width
    made.set(data.inputs.subarray(from, from + width), at)
    if (by === 'mixup') {
      const [other, part] = [anyRow(), draw.uniform()]
      for (let k = 0; k < width; k++) made[at + k]! += part * (data.inputs[other + k]! - made[at + k]!)
    }
    for (const features of columns) {
      if (draw.uniform() >= share) continue
      const other = anyRow()
      for (const k of features) made[at + k] = data.inputs[other + k]!
    }
  }
  return made
}

/** The features of an input that say one thing: those of a column, or of all columns that a date gives. */
function swappedTogether(data: PreparedData): number[][] {
  const together = new Map<string, number[]>()
  for (const { name, at, width, date, indicator } of inputColumns(data)) {
    const key = date === undefined ? `column ${name}` : `date ${date}`
    const features = Array.from({ length: width + (indicator ? 1 : 0) }, (_, k) => at + k)
    together.set(key, [...(together.get(key) ?? []), ...features])
  }
  return [...together.values()]
}
