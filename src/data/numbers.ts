/** The notation of numbers in a file: `1,234.5` has the decimal sign `.` and the thousands sign `,`. */
export interface NumberForm {
  /** The decimal sign; `.` by default. */
  readonly decimal?: '.' | ','
  /** The sign that groups digits by three; none by default. A space also matches thin and no-break spaces. */
  readonly thousands?: '.' | ',' | "'" | '_' | ' '
}

const PLAIN = /^[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?$/

/** Whether a cell is a decimal number with a point as its decimal sign, with or without an exponent. */
export const isNumeric = (cell: string): boolean => PLAIN.test(cell.trim())

/** Whether a number looks like an identifier: `007`, or an integer beyond 2⁵³. */
export const isCode = (plain: string): boolean => hasLeadingZero(plain) || exactInteger(plain) !== undefined

export const hasLeadingZero = (plain: string): boolean => /^[-+]?0\d/.test(plain)

/**
 * The integer beyond 2⁵³ that a plain number writes out in digits, which a float may not represent; otherwise
 * undefined.
 */
export function exactInteger(plain: string): bigint | undefined {
  if (Math.abs(Number(plain)) <= Number.MAX_SAFE_INTEGER) return undefined
  const digits = /^[-+]?\d+(?=\.?0*$)/.exec(plain)?.[0]
  return digits === undefined ? undefined : BigInt(digits.replace('+', ''))
}

/** Rewrites a number in some notation as JavaScript writes it; undefined if a cell is not a number. */
export type ToPlain = (cell: string) => string | undefined

/**
 * Returns the function that converts cells of a notation to plain numbers. `−` (U+2212) is a minus in all
 * notations.
 */
export function toPlain({ decimal = '.', thousands }: NumberForm = {}): ToPlain {
  const plain: ToPlain = (cell) =>
    PLAIN.test(cell)
      ? cell
      : cell.startsWith('−') && PLAIN.test(`-${cell.slice(1)}`)
        ? `-${cell.slice(1)}`
        : undefined
  if (decimal === '.' && thousands === undefined) return plain
  const sign = thousands === undefined ? undefined : signs[thousands]
  const grouped = sign === undefined ? undefined : new RegExp(String.raw`^[-+−]?\d{1,3}(${sign}\d{3})+(?!\d)`)
  const every = new RegExp(sign ?? '$', 'g')
  return (cell) => {
    const whole = grouped?.test(cell) === true ? cell.replace(every, '') : cell
    if (decimal === '.') return plain(whole)
    return whole.includes('.') ? undefined : plain(whole.replace(',', '.'))
  }
}

/** The thousands signs as parts of regular expressions. */
const signs: Readonly<Record<NonNullable<NumberForm['thousands']>, string>> = {
  '.': String.raw`\.`,
  ',': ',',
  "'": "['’]",
  _: '_',
  ' ': String.raw`[ \u00a0\u2009\u202f]`,
}

/** A number with a unit before or after it. `number` is as it was written. */
export interface WithUnit {
  readonly number: string
  readonly unit: string
}

/** The most characters of a number. */
const LONGEST = 50

/**
 * Splits `-$3.00` or `12 %` into number and unit; undefined if a cell is not a number with at most one unit.
 */
export function withUnit(cell: string): WithUnit | undefined {
  if (cell.length > LONGEST) return undefined
  const match =
    /^([-+−]?)([^\d.,+−-]*)([-+−]?)((?:\d|[.,]\d)(?:[\d.,'’_ \u00a0\u2009\u202f]*\d)?(?:e[-+]?\d+)?\.?)(\D*)$/iu.exec(
      cell.trim(),
    )
  if (match === null) return undefined
  const [, outer = '', before = '', inner = '', digits = '', behind = ''] = match
  const units = [before.trim(), behind.trim()].filter((unit) => unit !== '')
  if (units.length > 1 || (outer !== '' && inner !== '')) return undefined
  return { number: `${outer}${inner}${digits}`, unit: units[0] ?? '' }
}

/** A notation that looks like numbers: the configuration keys that read it, and a test for its cells. */
interface Disguise {
  readonly keys: readonly string[]
  readonly test: (cell: string) => boolean
}

const matches = (pattern: RegExp) => (cell: string) => pattern.test(cell)

const comma = 'data.decimal: ","'

/**
 * The notations, the least ambiguous first. `0,125` is a decimal, because a number with thousands does not
 * begin with 0. Units are tested separately, because all cells must have the same.
 */
const disguises: readonly Disguise[] = [
  { keys: [comma, 'data.thousands: "."'], test: matches(/^[-+−]?\d{1,3}(\.\d{3})+,\d*$/) },
  { keys: [comma, 'data.thousands: " "'], test: matches(/^[-+−]?\d{1,3}([ \u00a0\u2009\u202f]\d{3})+,\d*$/) },
  { keys: [comma], test: matches(/^[-+−]?(?![1-9]\d{0,2}(,\d{3})$)\d*,\d+(e[-+]?\d+)?$/i) },
  { keys: ['data.thousands: ","'], test: matches(/^[-+−]?[1-9]\d{0,2}(,\d{3})+(\.\d*)?$/) },
  { keys: ['data.thousands: "."'], test: matches(/^[-+−]?\d{1,3}(\.\d{3}){2,}$/) },
  { keys: [`data.thousands: "'"`], test: matches(/^[-+−]?\d{1,3}(['’]\d{3})+(\.\d*)?$/) },
  { keys: ['data.thousands: "_"'], test: matches(/^[-+−]?\d{1,3}(_\d{3})+(\.\d*)?$/) },
  { keys: ['data.thousands: " "'], test: matches(/^[-+−]?\d{1,3}([ \u00a0\u2009\u202f]\d{3})+(\.\d*)?$/) },
]

/** Units that cannot be part of a name. Units of letters count only if all cells have the same. */
const SIGN = /^(\p{Sc}|[A-Z]{0,2}\p{Sc}|%|‰|°[CFK]?)$/u
const ORDINAL = /^(st|nd|rd|th)$/i

/** The configuration keys that would read a cell as a number; undefined if there are none. */
export function keysFor(cell: string, column: string): readonly string[] | undefined {
  if (cell.length > LONGEST) return undefined
  const keys = disguises.find(({ test }) => test(cell))?.keys
  if (keys !== undefined) return keys
  const parts = withUnit(cell)
  if (parts === undefined || !SIGN.test(parts.unit)) return undefined
  const form = disguises.find(({ test }) => test(parts.number))?.keys ?? []
  return [`data.numeric: [${JSON.stringify(column)}]`, ...form]
}

/**
 * Whether the distinct cells of a column are numbers in disguise: at least half are numbers in another
 * notation (`1,5`, `12%`, `$3.00`, `1,000`), or all have the same unit of letters (`5 kg`). Returns one such
 * cell and the keys that read it.
 */
export function disguiseOf(
  cells: readonly string[],
  column: string,
): { readonly cell: string; readonly keys: readonly string[] } | undefined {
  const disguisedCells = cells.flatMap((cell) => {
    const keys = keysFor(cell, column)
    return keys === undefined ? [] : [{ cell, keys }]
  })
  if (disguisedCells.length > 0 && 2 * disguisedCells.length >= cells.length) {
    // If one cell has a decimal comma, the comma in 1,000 is not a thousands separator.
    const first = disguisedCells.find(({ keys }) => keys.includes(comma)) ?? disguisedCells[0]!
    return { cell: first.cell, keys: first.keys }
  }
  if (cells.length < 3) return undefined
  const parts = cells.map(withUnit)
  const unit = parts[0]?.unit ?? ''
  const alike = unit !== '' && /\p{L}/u.test(unit) && !ORDINAL.test(unit)
  // Letters in front make a name: Q1, A12.
  const behind = cells.every((cell) => /^[-+−\d.,]/.test(cell))
  if (!alike || !behind || !parts.every((part) => part?.unit === unit && isNumeric(part.number)))
    return undefined
  return { cell: cells[0]!, keys: [`data.numeric: [${JSON.stringify(column)}]`] }
}
