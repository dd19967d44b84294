import type { RandomSource } from '../base/random.js'

/**
 * As many rows as there are, in random order, of each class that occurs equally many (one more or less). The
 * rows of a class are drawn without replacement until all were, and then again. It depends only on seed, purpose
 * and epoch.
 */
export function balancedOrder(
  rows: Uint32Array,
  targets: ArrayLike<number>,
  classes: number,
  epoch: number,
  random: RandomSource,
  purpose: string,
): Uint32Array {
  const byClass = Array.from({ length: classes }, (_, c) => rows.filter((row) => targets[row] === c))
  const present = byClass.flatMap((classRows, c) => (classRows.length > 0 ? [{ classRows, c }] : []))
  const drawn = present.flatMap(({ classRows, c }, i) => {
    const share = Math.floor((rows.length + i) / present.length)
    const stream = random.stream(purpose, `order of class ${c}`, epoch)
    const chosen: number[] = []
    while (chosen.length < share)
      for (const place of stream.permutation(classRows.length)) chosen.push(classRows[place]!)
    return chosen.slice(0, share)
  })
  return random
    .stream(purpose, 'order', epoch)
    .permutation(drawn.length)
    .map((index) => drawn[index]!)
}
