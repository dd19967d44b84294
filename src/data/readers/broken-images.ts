import { InputError } from '../../base/errors.js'
import type { BrokenFile } from '../content.js'
import type { ReadOptions } from './types.js'

/** The largest share of a class's files that may be broken before a folder is refused, if nothing else is set. */
export const fewShare = 0.05

/** The error for a file that is no whole image: cut off, damaged, empty, or something else by content. */
export class BrokenImage extends InputError {
  constructor(
    where: string,
    readonly why: string,
  ) {
    super(`${where}: ${why}`)
  }
}

/**
 * Throws if more files of a folder are broken than its settings let pass. `classOf` gives the class of a file,
 * and the share counts in each class, because a class that lacks files is learnt less.
 */
export function requireFew(
  name: string,
  files: readonly string[],
  broken: readonly BrokenFile[],
  policy: ReadOptions['broken'] = 'few',
  classOf: (file: string) => string,
): void {
  const [first] = broken
  if (first === undefined) return
  const words = ({ file, why }: BrokenFile) => `${name}/${file}: ${why}`
  if (broken.length === files.length)
    throw new InputError(
      files.length === 1 ? words(first) : `${words(first)}; all ${files.length} are broken`,
    )
  if (policy === 'refuse')
    throw new InputError(
      `${words(first)}; ${countText(broken.length, files.length, '')}; repair or remove them, or leave out --strict and config.data.broken: refuse`,
    )
  if (policy !== 'few') return
  const [all, bad] = [countBy(files, classOf), countBy(broken, ({ file }) => classOf(file))]
  for (const [className, count] of bad) {
    if (count <= fewShare * all.get(className)!) continue
    const example = broken.find(({ file }) => classOf(file) === className)!
    const where = className === '' ? '' : ` of class ${className}`
    throw new InputError(
      `${words(example)}; ${countText(count, all.get(className)!, where)}, more than ${100 * fewShare} %; repair or remove them, or config.data.broken: skip leaves them out`,
    )
  }
}

const countText = (count: number, all: number, where: string): string =>
  `${count} of ${all} images${where} ${count === 1 ? 'is' : 'are'} broken`

function countBy<T>(items: readonly T[], key: (item: T) => string): Map<string, number> {
  const counts = new Map<string, number>()
  for (const item of items) counts.set(key(item), (counts.get(key(item)) ?? 0) + 1)
  return counts
}
