import { expect, it } from 'vitest'
import { spectralCut } from '../src/kernels/spectral-cut.js'
import { fourierTable, fourierLengths } from '../src/kernels/fourier-tables.js'
import type { WindowInfo } from '../src/window.js'
import { longWindowCases } from './conformance/support/windows.js'
import { extent } from './conformance/reference/window.js'

const series = (length: number, taps: number, channels = 6, batch = 64): WindowInfo => ({
  batch,
  height: 1,
  width: length,
  channels,
  outHeight: 1,
  outWidth: length,
  kernel: [1, taps],
  stride: [1, 1],
  dilation: [1, 1],
  pad: [0, (taps - 1) >> 1],
})

it('a series that fits into the circle of a transform is one piece', () => {
  // 64 positions and 19 zeros before them, into which what comes round falls.
  const found = spectralCut(series(64, 39), { channels: 6, outputs: 24 })
  expect(found?.cut).toEqual({ n: 96, outputs: 64, pieces: 1 })
})

it('a long series is cut into pieces that overlap by the reach of the kernel', () => {
  const { cut } = spectralCut(series(5000, 39), { channels: 6, outputs: 24 })!
  expect(cut.outputs).toBe(cut.n - 38)
  expect(cut.pieces).toBe(Math.ceil(5000 / cut.outputs))
})

it('short kernels, strides, images and spread gradients stay direct', () => {
  const channels = { channels: 6, outputs: 24 }
  expect(spectralCut(series(64, 1), channels)).toBeUndefined()
  expect(spectralCut(series(64, 3), channels)).toBeUndefined()
  expect(spectralCut({ ...series(64, 39), stride: [1, 2] }, channels)).toBeUndefined()
  expect(spectralCut({ ...series(64, 39), height: 2, outHeight: 2 }, channels)).toBeUndefined()
  expect(spectralCut(series(64, 39), channels, [1, 2])).toBeUndefined()
})

it('whether transforms pay does not depend on the batch, so that an example alone gives the same bits', () => {
  for (const taps of [3, 5, 7, 9, 19])
    expect(spectralCut(series(64, taps, 6, 1), { channels: 6, outputs: 24 })).toEqual(
      spectralCut(series(64, taps, 6, 256), { channels: 6, outputs: 24 }),
    )
})

it('most cases of the conformance suite for long windows are computed by transforms, of every length up to 192', () => {
  const cuts = longWindowCases().flatMap(({ window, shape, outputs }) => {
    const [down, across] = [extent(window, shape[1], 0), extent(window, shape[2], 1)]
    const [batch, height, width, channels] = shape
    const info: WindowInfo = {
      batch,
      height,
      width,
      channels,
      outHeight: down.out,
      outWidth: across.out,
      kernel: window.kernel,
      stride: window.stride,
      dilation: window.dilation,
      pad: [down.before, across.before],
    }
    return spectralCut(info, { channels, outputs })?.cut ?? []
  })
  expect(cuts.length).toBeGreaterThan(longWindowCases().length / 2)
  const lengths = new Set(cuts.map(({ n }) => n))
  expect([...lengths].sort((a, b) => a - b)).toEqual(fourierLengths.filter((n) => lengths.has(n)))
  for (const n of [32, 48, 64, 96, 128]) expect(lengths, `${n}`).toContain(n)
  expect(cuts.some(({ pieces }) => pieces > 1)).toBe(true)
})

it('a table holds every place twice but those of 0 and n/2, which are their own mirrors', () => {
  for (const n of fourierLengths) {
    const places = fourierTable(n).slice(0, n + 2)
    expect(places[0]).toBe(places[1])
    expect(places[n]).toBe(places[n + 1])
    expect([...new Set(places)].sort((a, b) => a - b)).toEqual(Array.from({ length: n }, (_, i) => i * 32))
  }
})
