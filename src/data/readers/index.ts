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

/** The registry of readers: one line each. The first that takes a path by its name reads it. */
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

/** The reader of a format, or of a path by its name; undefined where no reader takes it. */
export const readerByPath = (path: string, all: readonly Reader[]): Reader | undefined =>
  all.find((reader) => reader.takes(path) || reader.takes(path.toLowerCase().replace(/\.gz$/, '')))

/** The reader that `data.format` names; the error lists all. */
export function readerByName(name: string, all: readonly Reader[]): Reader {
  const found = all.find((reader) => reader.name === name)
  if (found !== undefined) return found
  const names = all.map((reader) => reader.name)
  throw new InputError(
    `config.data.format: expected one of ${names.join(', ')}, got "${name}"${didYouMean(name, names)}`,
  )
}
