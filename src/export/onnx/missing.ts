import { missingWords } from '../../data/column.js'

/** Every spelling of a missing cell in upper and lower case, because ONNX compares texts letter by letter. */
export const missingTexts: readonly string[] = missingWords.flatMap(spellings)

function spellings(word: string): string[] {
  if (word === '') return ['']
  const [first, rest] = [word[0]!, spellings(word.slice(1))]
  const both = [...new Set([first, first.toUpperCase()])]
  return both.flatMap((letter) => rest.map((tail) => letter + tail))
}
