import { numbersOf, type Column } from '../data/column.js'

/** Why a column of numbers is none of inputs. */
export interface KeyReason {
  readonly why: string
  /** Whether only its numbers tell, so that it stays where nothing else could be an input. */
  readonly isGuess?: boolean
}

/** With fewer rows, numbers may be in order, or all different, by chance or by design. */
const fewestRows = 30

/** The share of a step by which a number may be off the count, as rounded ones are. */
const rounding = 0.05

/** The fewest equal pairs that are expected among numbers drawn at random, where there are none. */
const fewestPairs = 10

/**
 * Columns without a name may be keys as well, because tables are often written with row numbers in front.
 */
const keyName = (name: string): boolean =>
  /^(id|index|row|uuid|unnamed.*|column \d+)$|(_|\s|\b)id$/i.test(name) || /[a-z]ID$/.test(name)

/**
 * The reason why a column of numbers only names or counts the rows; undefined if it may say more. `ordered`: in
 * a series, whose meters may rise with the rows and are inputs all the same.
 */
export function whyKey(name: string, column: Column, ordered: boolean): KeyReason | undefined {
  const values = numbersOf(column)
  const rows = values.length
  if (values.some(Number.isNaN)) return undefined
  const counted = countOf(values)
  const isIndex =
    counted?.exact === true && counted.step === 1 && (counted.first === 0 || counted.first === 1)
  if (isIndex && rows > 2) return { why: 'it counts the rows' }
  const isKey = values.every(Number.isInteger) && new Set(values).size === rows
  if (isKey && keyName(name)) return { why: 'a key, different in each row' }
  if (rows < fewestRows) return undefined
  if (counted)
    return { why: `it counts the rows from ${counted.first} in steps of ${counted.step}`, isGuess: true }
  if (!isKey || ordered || !isDense(values)) return undefined
  const why = isRising(values)
    ? 'it rises with the rows, whole and different in each'
    : 'a key by its numbers, whole and different in each row'
  return { why, isGuess: true }
}

/** The first number and the step of numbers that go on evenly from row to row, up or down. */
function countOf(values: Float64Array) {
  const rows = values.length
  const first = values[0]!
  const step = (values[rows - 1]! - first) / (rows - 1)
  if (!(Math.abs(step) > 0)) return undefined
  const most = values.reduce((far, value, row) => Math.max(far, Math.abs(value - first - row * step)), 0)
  if (most > rounding * Math.abs(step)) return undefined
  return { first, step: Number(step.toPrecision(6)), exact: most === 0 }
}

/**
 * Whether whole numbers that are all different lie so close that numbers drawn at random would repeat: of n among r,
 * n² / 2r pairs are expected to be equal (the birthday problem).
 */
function isDense(values: Float64Array): boolean {
  const least = values.reduce((a, b) => Math.min(a, b))
  const most = values.reduce((a, b) => Math.max(a, b))
  return values.length ** 2 >= 2 * fewestPairs * (most - least + 1)
}

const isRising = (values: Float64Array): boolean =>
  values.every((value, row) => row === 0 || value > values[row - 1]!)
