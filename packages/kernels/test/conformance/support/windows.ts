import { extent, type Padding, type Window } from '../reference/window.js'

/** A window, and the image that it slides over. */
export interface WindowCase {
  readonly title: string
  readonly window: Window
  readonly shape: readonly [number, number, number, number]
  /** Channels behind a convolution. */
  readonly outputs: number
}

type Pair = readonly [number, number]

export const channelCounts = [1, 3, 4, 5, 8, 13, 16, 17]
const kernels: Pair[] = [
  [1, 1],
  [2, 2],
  [3, 3],
  [5, 5],
  [7, 7],
  [1, 3],
  [3, 2],
  [5, 1],
]
const steps: Pair[] = [
  [1, 1],
  [2, 2],
  [3, 3],
  [1, 2],
  [3, 1],
]
const images: Pair[] = [
  [7, 5],
  [1, 9],
  [6, 6],
  [9, 13],
  [8, 8],
]
/** Here every window fits. */
const largest: Pair = [20, 19]

const isSquare = ({ kernel, stride, dilation }: Omit<Window, 'pad'>): boolean =>
  [kernel, stride, dilation].every(([vertical, horizontal]) => vertical === horizontal)

/**
 * TensorFlow.js 4.22 takes a width from kernel height and stride where padding is one number: only for square
 * windows.
 */
const paddings = (window: Omit<Window, 'pad'>): Padding[] => [
  'same',
  'valid',
  isSquare(window) ? 1 : [[1, 1], [1, 1]], // prettier-ignore
  [[2, 1], [0, 3]], // prettier-ignore
]

const fits = (window: Window, [height, width]: Pair): boolean =>
  extent(window, height, 0).out > 0 && extent(window, width, 1).out > 0

/** Every kernel × stride × dilation × padding; images, batches and channels go round. */
export function windowCases(): WindowCase[] {
  const windows = kernels.flatMap((kernel) =>
    steps.flatMap((stride) =>
      steps.flatMap((dilation) =>
        paddings({ kernel, stride, dilation }).map((pad) => ({ kernel, stride, dilation, pad })),
      ),
    ),
  )
  return windows.flatMap((window, i) =>
    imagesFor(window, i).map((image, k) => {
      const shape = [i % 3 === k ? 3 : 1, ...image, channels(i + 3 * k)] as const
      return windowCase(window, shape, channels(3 * i + (i >> 3) + k))
    }),
  )
}

/** Two images on which a window fits; which ones, goes round. */
function imagesFor(window: Window, i: number): Pair[] {
  const turned = images.map((_, k) => images[(i + k) % images.length]!)
  return [...turned, largest].filter((size) => fits(window, size)).slice(0, 2)
}

const channels = (i: number): number => channelCounts[i % channelCounts.length]!

/** Every kernel × stride × padding of a pooling; no window lies outside the image as a whole. */
export function poolCases(): WindowCase[] {
  const windows = kernels.flatMap((kernel) =>
    steps.flatMap((stride) =>
      poolPaddings(kernel, stride).map((pad) => ({ kernel, stride, dilation: [1, 1] as const, pad })),
    ),
  )
  const overImages = windows.flatMap((window, i) =>
    imagesFor(window, i).map((image, k) =>
      windowCase(window, [i % 3 === k ? 3 : 1, ...image, channels(i + 3 * k)], channels(i + 3 * k)),
    ),
  )
  return [...overImages, ...nearbyCases(), ...seriesCases(({ dilation }) => dilation[1] === 1)]
}

/** The window of cells, 3×3 without strides, on images as small as they can be, too. */
const nearbyCases = (): WindowCase[] =>
  [[1, 1], [1, 2], [3, 1], [2, 2], [4, 3], [7, 5]].map(([height, width], i) =>
    windowCase(square(3, 1, 'same'), [2, height!, width!, 4 * (i + 1)], 4 * (i + 1)),
  ) // prettier-ignore

const poolPaddings = (kernel: Pair, stride: Pair): Padding[] => [
  'same',
  'valid',
  ...(isSquare({ kernel, stride, dilation: [1, 1] }) && kernel[0] > 1 ? [1] : []),
  [[kernel[0] >> 1, kernel[0] - 1], [kernel[1] - 1, 0]], // prettier-ignore
]

/** Every number of channels before and behind a few windows. */
export const channelCases = (): WindowCase[] =>
  channelCounts.flatMap((inputs) =>
    channelCounts.flatMap((outputs) =>
      [square(1, 1, 'same'), square(3, 1, 'same'), square(3, 2, 'same')].map((window) =>
        windowCase(window, [3, 7, 5, inputs], outputs),
      ),
    ),
  )

/**
 * 3×3 windows with so many channels that minimal filtering pays, on images that tiles of 4×4 fill, and do
 * not.
 */
export const tileCases = (): WindowCase[] => [
  ...tiledImages.flatMap((image, i) =>
    tiledPaddings.map((pad, k) =>
      windowCase(square(3, 1, pad), [3, ...image, wide(i + k)], wide(2 * i + 3 * k + 1)),
    ),
  ),
  // Several blocks of tiles, and images that begin inside one.
  windowCase(square(3, 1, 'same'), [3, 32, 32, 16], 16),
  windowCase(square(3, 1, 'same'), [5, 16, 16, 17], 40),
]

/**
 * Windows over series that are so long that Fourier transforms pay: as one piece and as several, which a
 * transform of each kind of length computes; with fewer channels than a group of eight, several groups, and
 * groups that are not full.
 */
export const longWindowCases = (): WindowCase[] => [
  ...longWindows.flatMap((window, i) =>
    lengths.map((length, k) =>
      windowCase(
        window,
        [i % 3 === k ? 3 : 1, 1, length, longChannels(i + k)],
        longChannels(3 * i + 2 * k + 1),
      ),
    ),
  ),
  // Down a column, and several blocks of pieces.
  windowCase({ ...along(17), kernel: [17, 1], pad: 'valid' }, [2, 70, 1, 9], 12),
  windowCase(along(19), [40, 1, 160, 3], 16),
]

/**
 * Windows over series for depthwise convolutions, whose taps come in groups of three: at every dilation that
 * has a loop of its own and at one that has none, on series that whole blocks fill, and do not; in several
 * rows, and down a column.
 */
export const seriesTapCases = (): WindowCase[] => [
  ...[1, 2, 3, 4, 8].flatMap((dilation, i) =>
    [64, 37].map((length, k) =>
      windowCase(along(9, dilation), [2 - k, 1, length, channels(i + 3 * k)], channels(i + k)),
    ),
  ),
  windowCase(along(6, 2, 'valid'), [2, 1, 45, 6], 8),
  windowCase(along(9, 4, [[0, 0], [3, 29]]), [3, 2, 40, 5], 4), // prettier-ignore
  windowCase({ ...along(9), kernel: [3, 9] }, [1, 4, 19, 4], 4),
  windowCase({ ...along(9), kernel: [9, 1] }, [1, 21, 1, 8], 4),
]

/** Whole in a transform of 16 to 128 points, and cut. */
const lengths = [24, 41, 60, 97, 300]
const longChannels = (i: number): number => [6, 8, 12, 1, 17, 24][i % 6]!

const along = (kernel: number, dilation = 1, pad: Padding = 'same'): Window => ({
  kernel: [1, kernel],
  stride: [1, 1],
  dilation: [1, dilation],
  pad,
})

const longWindows: Window[] = [
  along(9),
  along(19, 1, [[0, 0], [15, 3]]), // prettier-ignore
  along(23, 1, 'valid'),
  along(11, 2),
  along(15, 1, [[0, 0], [0, 14]]), // prettier-ignore
]

const tiledImages: Pair[] = [
  [4, 4],
  [8, 8],
  [9, 13],
  [6, 12],
  [15, 7],
]
const tiledPaddings: Padding[] = ['same', 'valid', 1, [[2, 1], [0, 2]], [[0, 2], [1, 1]]] // prettier-ignore
const wide = (i: number): number => [32, 24, 33, 48, 29][i % 5]!

const square = (kernel: number, stride: number, pad: Padding, dilation = 1): Window => ({
  kernel: [kernel, kernel],
  stride: [stride, stride],
  dilation: [dilation, dilation],
  pad,
})

/**
 * Where the padded image has the image's own size, where padding exceeds the reach, and where no window sees
 * the end.
 */
export const cornerCases = (): WindowCase[] => [
  windowCase(square(3, 3, 1), [3, 6, 6, 5], 4),
  windowCase(square(3, 1, [[0, 4], [1, 3]]), [3, 5, 4, 4], 5), // prettier-ignore
  windowCase(square(3, 1, [[4, 0], [4, 0]]), [3, 5, 5, 3], 8), // prettier-ignore
  windowCase(square(1, 1, 1), [3, 5, 4, 4], 8),
  windowCase(square(1, 3, 2), [3, 5, 4, 4], 8),
  windowCase(square(2, 3, 2), [3, 6, 7, 4], 8),
  windowCase(square(2, 3, 'valid'), [3, 7, 7, 4], 8),
  windowCase(square(1, 3, 'valid'), [3, 9, 9, 8], 8),
  windowCase(square(7, 1, 'same'), [3, 1, 1, 4], 3),
  windowCase(square(3, 2, 'same', 3), [3, 2, 3, 16], 16),
  ...seriesCases(),
]

/** Windows over images of one row, as over series. */
const seriesCases = (taken: (window: Window) => boolean = () => true): WindowCase[] =>
  [3, 5, 7].flatMap((kernel) =>
    [
      [1, 1],
      [2, 1],
      [1, 4],
      [2, 3],
    ].flatMap(([stride, dilation]) => {
      const window: Window = {
        kernel: [1, kernel],
        stride: [1, stride!],
        dilation: [1, dilation!],
        pad: 'same',
      }
      return taken(window)
        ? [windowCase(window, [3, 1, 29, 5], 6), windowCase(window, [2, 1, 24, 16], 8)]
        : []
    }),
  )

function windowCase(window: Window, shape: WindowCase['shape'], outputs: number): WindowCase {
  const { kernel, stride, dilation, pad } = window
  const title = `${kernel.join('×')}, stride ${stride.join('×')}, dilation ${dilation.join('×')}, pad ${JSON.stringify(pad)}, on [${shape.join(', ')}] → ${outputs}`
  return { title, window, shape, outputs }
}

/** A padding as TensorFlow.js takes it. */
export const tfPadding = (pad: Padding) =>
  typeof pad === 'object' ? ([[0, 0], ...pad.map((sides) => [...sides]), [0, 0]] as Explicit) : pad

type Explicit = [[number, number], [number, number], [number, number], [number, number]]
