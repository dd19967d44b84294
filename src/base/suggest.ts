import { closest, distance } from 'fastest-levenshtein'

/** Longer words are not compared: no known word is as long as this, and comparing them would take long. */
const longestWord = 200

/** The known word that was probably meant, or undefined if none is close: `wsm` → `wasm`. */
export function nearest(word: string, known: readonly string[]): string | undefined {
  if (known.length === 0 || word.length > longestWord) return undefined
  const best = closest(
    word.toLowerCase(),
    known.map((each) => each.toLowerCase()),
  )
  const match = known.find((each) => each.toLowerCase() === best)!
  // A close word differs in few letters and shares at least one.
  const most = Math.min(best.length - 1, Math.max(1, Math.floor(word.length / 3)))
  return distance(word.toLowerCase(), best) <= most ? match : undefined
}

/** `; did you mean "wasm"?`, or an empty text if no known word is close. */
export function didYouMean(word: unknown, known: readonly unknown[]): string {
  const words = known.filter((each) => typeof each === 'string')
  const match = typeof word === 'string' ? nearest(word, words) : undefined
  return match === undefined ? '' : `; did you mean "${match}"?`
}
