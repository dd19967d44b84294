import { basename } from 'node:path'
import { readBytes } from '../../base/data-file.js'
import { InputError } from '../../base/errors.js'
import { checkFits } from '../../base/limit.js'
import { tableOf, type ArrayContent } from '../content.js'
import { toChannelsLast } from '../layout.js'
import type { ReadOptions, Reader } from './types.js'

/** Images of one size, one per record: label bytes, then one byte for each value of a pixel. */
export const records: Reader = {
  name: 'records',
  description: 'images as records of fixed size: label bytes, then a byte a value',
  gives: 'arrays',
  options: ['image', 'labelBytes', 'layout'],
  takes: (path) => path.endsWith('.bin'),
  read(path, { image, labelBytes, layout }) {
    if (image === undefined) {
      const hint = 'or is config.data.format cifar-10 or cifar-100?'
      throw new InputError(`config.data.image: expected height, width and channels of the images; ${hint}`)
    }
    const labels = Array.from({ length: labelBytes }, (_, i) => ({ name: `label ${i}` }))
    return readRecords(path, { image, labels, layout })
  },
}

const cifarNames = 'airplane automobile bird cat deer dog frog horse ship truck'.split(' ')
const cifarImage = { height: 32, width: 32, channels: 3 }

/**
 * CIFAR-10's binary version (https://www.cs.toronto.edu/~kriz/cifar.html): a label byte, then 32×32 red,
 * green and blue values.
 */
export const cifar10: Reader = {
  name: 'cifar-10',
  description: 'CIFAR-10, binary version: 32×32 colour images of 10 classes',
  gives: 'arrays',
  takes: () => false,
  read: (path) =>
    readRecords(path, {
      image: cifarImage,
      labels: [{ name: 'label', below: 10, names: cifarNames }],
      layout: 'channels-first',
    }),
}

/** CIFAR-100's binary version: like CIFAR-10, but with a coarse and a fine label. */
export const cifar100: Reader = {
  name: 'cifar-100',
  description: 'CIFAR-100, binary version; data.target: coarse or fine',
  gives: 'arrays',
  takes: () => false,
  read: (path) =>
    readRecords(path, {
      image: cifarImage,
      labels: [
        { name: 'coarse', below: 20 },
        { name: 'fine', below: 100 },
      ],
      layout: 'channels-first',
    }),
}

interface RecordForm {
  readonly image: NonNullable<ReadOptions['image']>
  /** The label bytes: the name of each, the number of its labels, and their names. */
  readonly labels: readonly { name: string; below?: number; names?: readonly string[] }[]
  readonly layout: ReadOptions['layout']
}

function readRecords(path: string, { image, labels, layout }: RecordForm): ArrayContent {
  const name = basename(path)
  const bytes = readBytes(path, 'data', 'a file of records')
  const { height, width, channels } = image
  const pixels = height * width * channels
  const size = labels.length + pixels
  const rows = Math.floor(bytes.length / size)
  if (rows === 0 || bytes.length % size !== 0) {
    const wanted = `records of ${labels.length} + ${height}×${width}×${channels} = ${size} bytes`
    const rest = rows === 0 ? '' : `: ${rows} records and ${bytes.length % size} bytes`
    throw new InputError(`${name}: expected ${wanted}, got ${bytes.length} bytes${rest}`)
  }
  checkFits(name, rows * pixels * 4, 'values')
  const values = new Float32Array(rows * pixels)
  const cells: string[][] = []
  for (let row = 0; row < rows; row++) {
    values.set(bytes.subarray(row * size + labels.length, (row + 1) * size), row * pixels)
    cells.push(
      labels.map(({ name: label, below = 256, names }, i) => {
        const value = bytes[row * size + i]!
        if (value < below) return names?.[value] ?? String(value)
        const where = `${name} record ${row + 1}, ${label}`
        throw new InputError(`${where}: expected a label from 0 to ${below - 1}, got ${value}`)
      }),
    )
  }
  const located = { name, unit: 'record' as const, places: cells.map((_, row) => row + 1) }
  return {
    ...located,
    kind: 'images',
    rows,
    shape: [height, width, channels],
    values: layout === 'channels-first' ? toChannelsLast(values, height * width, channels) : values,
    ...(labels.length > 0 && {
      labels: tableOf({ ...located, names: labels.map((each) => each.name), rows: cells }),
    }),
  }
}
