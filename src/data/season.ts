import { dayLength } from './calendar.js'
import { knownSteps, type KnownSteps } from './known-steps.js'
import type { Dataset } from './types.js'

/** After how many steps a series repeats itself, and how that is known. */
export interface Season {
  readonly steps: number
  readonly how: string
}

const minute = 60_000

/** Steps of dates, the length of the season that they have, and its name. */
const calendar = [
  { from: 10 * minute, to: dayLength / 2, length: dayLength, how: 'a day' },
  { from: dayLength, to: dayLength, length: 7 * dayLength, how: 'a week' },
  { from: 7 * dayLength, to: 7 * dayLength, length: 364 * dayLength, how: 'a year of 52 weeks' },
] as const

/** A month of the calendar, in milliseconds, and the months of a season. */
const months = { from: 28 * dayLength, to: 31 * dayLength, steps: 12 }

/** A season must fit so often into the longest stretch of training. */
const fewestSeasons = 3

/** The least autocorrelation that makes a season. */
const leastLikeness = 0.3

/** What part of the highest peak a shorter lag must reach. */
const nearly = 0.9

/** Bounds of the search: lags, and products of values. */
const most = { lags: 1000, products: 1e8 }

/**
 * The season of some columns of a series, found on some rows (those of training): a day for steps of ten minutes
 * to twelve hours, a week for days, a year for weeks and months. Where such a season does not stand three times in
 * a stretch without a gap, or the step is another one, it is the lag at which the autocorrelation has its highest peak,
 * after each stretch lost its line. Undefined if no peak reaches 0.3.
 */
export function seasonOf(
  dataset: Dataset,
  columns: readonly number[],
  rows: Uint32Array,
): Season | undefined {
  const known = knownSteps(dataset, columns, rows)
  const pieces = piecesOf(known)
  const longest = pieces.reduce((length, { from, to }) => Math.max(length, to - from), 0)
  const usual = usualSeason(dataset)
  if (usual && usual.steps * fewestSeasons <= longest) return usual
  return likestLag(known, pieces, columns.length, Math.floor(longest / fewestSeasons))
}

function usualSeason({ encoding: { series } }: Dataset): Season | undefined {
  const every = series?.every
  if (every === undefined || series?.notation === undefined || series.notation === 'numbers') return undefined
  if (every >= months.from && every <= months.to) return { steps: months.steps, how: 'a year of 12 months' }
  const season = calendar.find(({ from, to, length }) => every >= from && every <= to && length % every === 0)
  return season && { steps: season.length / every, how: season.how }
}

/** The steps of a stretch, [from, to). */
interface Piece {
  readonly from: number
  readonly to: number
}

/** The stretches of which something is known. */
function piecesOf({ values, stretches }: KnownSteps): Piece[] {
  const width = values.length / stretches.length
  const pieces: Piece[] = []
  for (let from = 0, to = 0; from < stretches.length; from = to) {
    while (to < stretches.length && stretches[to] === stretches[from]) to++
    if (values.subarray(from * width, to * width).some((value) => !Number.isNaN(value)))
      pieces.push({ from, to })
  }
  return pieces
}

/** The lag of the highest peak of the autocorrelation, which is the mean over columns. */
function likestLag(known: KnownSteps, pieces: readonly Piece[], width: number, longest: number) {
  const affordable = Math.floor(most.products / Math.max(1, known.values.length))
  const lags = Math.min(longest, most.lags, affordable)
  const likeness = new Float64Array(lags + 2)
  for (let column = 0; column < width; column++) {
    const bare = pieces.map((piece) => withoutLine(known.values, width, column, piece))
    const variance = product(bare, 0)
    if (!(variance > 0)) continue
    for (let lag = 1; lag <= lags + 1; lag++) likeness[lag]! += product(bare, lag) / variance / width
  }
  const best = shortestPeak(likeness, lags)
  if (best === undefined) return undefined
  return { steps: best, how: `autocorrelation ${likeness[best]!.toFixed(2)} on training` }
}

/**
 * The lag of the highest peak, or of one nearly as high at fewer steps: after two seasons, a series is as like itself
 * as after one.
 */
function shortestPeak(likeness: Float64Array, lags: number): number | undefined {
  const at = (lag: number) => likeness[lag]!
  const peaks = Array.from({ length: Math.max(0, lags - 1) }, (_, i) => i + 2).filter(
    (lag) => at(lag) > at(lag - 1) && at(lag) >= at(lag + 1) && at(lag) >= leastLikeness,
  )
  const highest = peaks.reduce((most, lag) => Math.max(most, at(lag)), 0)
  const first = peaks.find((lag) => at(lag) >= nearly * highest)
  if (first === undefined) return undefined
  // Noise makes several peaks of one.
  return peaks
    .filter((lag) => lag >= first && lag <= 1.25 * first)
    .reduce((best, lag) => (at(lag) > at(best) ? lag : best))
}

/** The mean product of values so many steps apart; 0 if there are none. */
function product(pieces: readonly Float64Array[], lag: number): number {
  let [sum, count] = [0, 0]
  for (const piece of pieces) {
    for (let step = lag; step < piece.length; step++) {
      const lagProduct = piece[step]! * piece[step - lag]!
      if (Number.isNaN(lagProduct)) continue
      sum += lagProduct
      count++
    }
  }
  return count === 0 ? 0 : sum / count
}

/** A column of a stretch without its line by least squares: a trend looks alike at all lags. */
function withoutLine(values: Float64Array, width: number, column: number, { from, to }: Piece): Float64Array {
  const pieceValues = Float64Array.from({ length: to - from }, (_, i) => values[(from + i) * width + column]!)
  const at = Array.from(pieceValues.keys()).filter((i) => !Number.isNaN(pieceValues[i]!))
  const mean = (of: (i: number) => number) => at.reduce((sum, i) => sum + of(i), 0) / at.length
  const [middle, level] = [mean((i) => i), mean((i) => pieceValues[i]!)]
  const spread = mean((i) => (i - middle) ** 2)
  const slope = spread > 0 ? mean((i) => (i - middle) * (pieceValues[i]! - level)) / spread : 0
  return pieceValues.map((value, i) => value - level - slope * (i - middle))
}
