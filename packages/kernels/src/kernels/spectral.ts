import type { Device } from '../device.js'
import { plan, type Plan } from '../plan.js'
import { upTo4, upTo8 } from '../window.js'
import type { Correlation, FilterSum, Slide } from './correlation-types.js'
import { fourierTable, pointBytes } from './fourier-tables.js'
import { rowsOf, type Channels, type SeriesCut } from './spectral-cut.js'

/*
 * Correlations along one axis by Fourier transforms: Y(f) = X(f) · conj(W(f)), one product for each frequency
 * instead of one for each tap. The products of all series at one frequency are one matrix product.
 */

/** The bytes of spectra that are processed at once. */
const blockBytes = 3 << 17

/**
 * The distance between planes: an odd number of cache lines, so that they do not all fall into the same cache
 * sets.
 */
const planeOf = (bytes: number): number => ((bytes + 63) & ~63) | 64

/**
 * A piece of a series: its place in the block, the number of its series, and the position at which it begins.
 */
type EachPiece = (place: number, image: number, start: number) => void

/**
 * How the spectra of both sides lie in memory, plane by plane, and how pieces of series are put into blocks.
 */
function layoutOf({ cut }: SeriesCut, { channels, outputs }: Channels, batch: number) {
  const { n, pieces } = cut
  const [rowIn, rowOut] = [upTo8(channels) * 8, upTo8(outputs) * 8]
  const planes = n / 2 + 1
  const fitting = Math.floor(blockBytes / (planes * (rowIn + rowOut)))
  const blocks = Math.ceil((batch * pieces) / Math.max(1, fitting))
  const block = upTo4(Math.ceil((batch * pieces) / blocks))
  const [inPlane, outPlane] = [planeOf(rowIn * block), planeOf(rowOut * block)]
  return {
    planes,
    rowIn,
    rowOut,
    inPlane,
    outPlane,
    /** The distance from real to imaginary parts of inputs, in bytes. */
    imaginary: Math.min(channels, 8) * 4,
    table: fourierTable(n),
    /** All spectra are twice as large as they should be, and the transforms back do not divide by n. */
    scale: 0.25 / n,
    /** The sizes of the areas for a table, for a transform, and for the spectra of both sides. */
    areas: [fourierTable(n).byteLength, n * pointBytes, planes * inPlane, planes * outPlane] as const,
    pieces,
    pieceLength: cut.outputs,
    block,
  }
}

type Layout = ReturnType<typeof layoutOf>

/** Goes through all pieces of some series, block by block. */
function overBlocks(
  { pieces, pieceLength, block }: Layout,
  images: number,
  work: (count: number, pieces: (each: EachPiece) => void) => void,
): void {
  for (let first = 0; first < pieces * images; first += block) {
    const count = Math.min(block, pieces * images - first)
    work(count, (each) => {
      for (let place = 0; place < count; place++) {
        const piece = first + place
        each(place, Math.floor(piece / pieces), (piece % pieces) * pieceLength)
      }
    })
  }
}

/** y = x ∗ kernel for series [T, C] and [T', D]. */
export function spectralCorrelation(
  device: Device,
  seriesCut: SeriesCut,
  batch: number,
  { channels, outputs, kernel }: Correlation,
): Plan<Slide> {
  const { kernels } = device
  const { series, cut } = seriesCut
  const { length, outLength, taps, dilation, pad } = series
  const layout = layoutOf(seriesCut, { channels, outputs }, batch)
  const { planes, rowIn, rowOut, inPlane, outPlane, imaginary, table, scale, areas } = layout
  const rows = rowsOf(channels)
  const matrix = planeOf(rows * rowOut)
  const panelBytes = taps * channels * upTo8(outputs) * 4
  return plan(
    [...areas, planes * matrix, panelBytes] as const,
    ([tables, work, lifted, products, matrices, panels]) => {
      const { at, tapStep, channelStep, outputStep } = kernel
      device.write(tables, table)
      kernels.packPanels(at, panels, taps, channels, outputs, tapStep, channelStep, outputStep)
      if (channels > 8 && channels % 8 > 0) kernels.clear(matrices, planes * matrix)
      const shape = [taps, dilation, channels, outputs, rows, cut.n] as const
      kernels.liftFilters(panels, ...shape, tables, work, matrices, matrix)
      const multiply = [planes, lifted, inPlane, matrices, matrix, products, outPlane] as const
      return (from, to, images) => {
        overBlocks(layout, images, (count, pieces) => {
          pieces((place, image, start) => {
            const x = from + image * length * channels * 4
            const part = [length, channels, start - pad, cut.n, cut.n] as const
            kernels.liftSeries(x, ...part, tables, work, lifted + place * rowIn, inPlane, imaginary)
          })
          kernels.stackedProducts(...multiply, count, rowOut / 4, rows, rowIn, rowOut)
          pieces((place, image, start) => {
            const y = to + (image * outLength + start) * outputs * 4
            const inside = Math.min(cut.outputs, outLength - start)
            const part = [inside, outputs, scale, cut.n] as const
            kernels.lowerSeries(products + place * rowOut, outPlane, y, ...part, tables, work)
          })
        })
      }
    },
  )
}

/**
 * ∂/∂kernel [taps, C, D]: the correlation of series with the gradient of their outputs, X · conj(dY), at the
 * lags of the taps.
 */
export function spectralFilterGradient(
  device: Device,
  seriesCut: SeriesCut,
  batch: number,
  { channels, outputs }: Channels,
): Plan<FilterSum> {
  const { kernels } = device
  const { series, cut } = seriesCut
  const { length, outLength, taps, dilation, pad } = series
  const layout = layoutOf(seriesCut, { channels, outputs }, batch)
  const { planes, rowIn, rowOut, inPlane, outPlane, imaginary, table, scale, areas } = layout
  const rows = rowsOf(channels)
  const sum = planeOf(upTo4(rows) * rowOut)
  return plan([...areas, planes * sum] as const, ([tables, work, lifted, gradients, sums]) => {
    device.write(tables, table)
    kernels.clear(sums, planes * sum)
    const multiply = [planes, lifted, inPlane, gradients, outPlane, sums, sum] as const
    return {
      add(x, dy, images) {
        overBlocks(layout, images, (count, pieces) => {
          pieces((place, image, start) => {
            const fromX = x + image * length * channels * 4
            const part = [length, channels, start - pad, cut.n, cut.n] as const
            kernels.liftSeries(fromX, ...part, tables, work, lifted + place * rowIn, inPlane, imaginary)
            const fromY = dy + image * outLength * outputs * 4
            const partY = [outLength, outputs, start, cut.outputs, cut.n] as const
            kernels.liftSeries(fromY, ...partY, tables, work, gradients + place * rowOut, outPlane, 32)
          })
          kernels.stackedTransposedProducts(...multiply, count, rows, rowOut / 4, rowIn, rowOut)
        })
      },
      close(to) {
        const shape = [taps, dilation, channels, outputs, scale, cut.n] as const
        kernels.lowerFilters(sums, sum, to, ...shape, tables, work)
      },
    }
  })
}
