/** What the names of months begin with, in English and German, in lower case: the month is the index and one. */
const beginnings = [
  ['jan', 'jän'],
  ['feb'],
  ['mar', 'mär', 'mae', 'mrz'],
  ['apr'],
  ['may', 'mai'],
  ['jun'],
  ['jul'],
  ['aug'],
  ['sep'],
  ['oct', 'okt'],
  ['nov'],
  ['dec', 'dez'],
] as const

const names =
  /^(jan(uary|uar)?|jän(ner)?|feb(ruary|ruar)?|mar(ch)?|märz?|maerz|mrz|apr(il)?|may|mai|june?|juni|july?|juli|aug(ust)?|sept?(ember)?|o[ck]t(ober)?|nov(ember)?|de[cz](ember)?)$/

/** The month, from 1, of an English or German name, whole or short (`Jan`, `März`); undefined for other texts. */
export function monthOf(name: string): number | undefined {
  const text = name.toLowerCase()
  if (!names.test(text)) return undefined
  return 1 + beginnings.findIndex((prefixes) => prefixes.some((each) => text.startsWith(each)))
}
