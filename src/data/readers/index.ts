import { InputError } from '../../base/errors.js'
import { didYouMean } from '../../base/suggest.js'
import { csv } from './csv.js'
import { idx } from './idx.js'
import { imageFolder } from './image-folder.js'
import { npy } from './npy.js'
import { parquet } from './parquet.js'
import { cifar10, cifar100, records } from './records.js'
import { ts } from './ts.js'
import type { Reader } from './types.js'

/** The registry of readers, one line each. A path is read by the first reader that takes its name. */
export const readers: readonly Reader[] = [
  csv,
  parquet,
  idx,
  npy,
  records,
  cifar10,
  cifar100,
  ts,
  imageFolder,
]

/** The reader that takes a path by its name; undefined if none does. */
export const readerByPath = (path: string, all: readonly Reader[]): Reader | undefined =>
  all.find((reader) => reader.takes(path) || reader.takes(path.toLowerCase().replace(/\.gz$/, '')))

/** The reader that `data.format` names. Throws with a list of all names if there is none. */
export function readerByName(name: string, all: readonly Reader[]): Reader {
  const namedReader = all.find((reader) => reader.name === name)
  if (namedReader !== undefined) return namedReader
  const names = all.map((reader) => reader.name)
  throw new InputError(
    `config.data.format: expected one of ${names.join(', ')}, got "${name}"${didYouMean(name, names)}`,
  )
}
