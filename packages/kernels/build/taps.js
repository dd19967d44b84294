// Writes dist/taps.ts, dist/series-taps.ts and dist/filter-taps.ts: depthwise convolutions and their filter
// gradients for the kernel widths and dilations that search spaces use, with every input in a register for all
// taps that read it.
import { block, load, sums, upTo, write } from './template.js'

const blockBytes = 16

/** The reads of an input, in order of position: which tap meets which output there. */
function readsOf(taps, dilation, outputs) {
  const positions = (taps - 1) * dilation + outputs
  return upTo(positions).map((position) => ({
    position,
    meets: upTo(taps)
      .map((tap) => ({ tap, output: position - tap * dilation }))
      .filter(({ output }) => output >= 0 && output < outputs),
  }))
}

/** `let v = …` for the first read, `v = …` for the others. */
const read = (i, address, bytes) => `${i === 0 ? 'let ' : ''}v = ${load(address, bytes)}`

const widths = (taps, dilation) =>
  `${taps} taps${dilation > 1 ? ` that are ${dilation} positions apart` : ', side by side'}`

const nameOf = (of, taps, dilation) => `${of}${taps}${dilation > 1 ? `Dilated${dilation}` : ''}`

const outputs = 8

function rowsOf(taps, dilation) {
  const reads = readsOf(taps, dilation, outputs).filter(({ meets }) => meets.length > 0)
  const names = upTo(outputs).map((output) => `s${output}`)
  return `/** Rows of outputs of ${widths(taps, dilation)}. */
export function ${nameOf('taps', taps, dilation)}(
  x: usize,
  kernel: usize,
  y: usize,
  lanes: i32,
  rows: i32,
  blocks: i32,
  tapsY: i32,
  xRow: usize,
  tapRow: usize,
  yRow: usize,
  yStep: usize,
): void {
  for (let r = 0; r < rows; r++) {
    let from = x
    let to = y
    for (let block = 0; block < blocks; block++) {
      ${block(6, sums(names))}
      let at = from
      let w = kernel
      for (let i = 0; i < tapsY; i++) {
        ${block(8, [
          upTo(taps).map((tap) => `const w${tap} = ${load('w', tap * blockBytes)}`),
          reads.map(({ position, meets }, i) => [
            read(i, 'at', position * blockBytes),
            meets.map(({ tap, output }) => `s${output} = madd(v, w${tap}, s${output})`),
          ]),
        ])}
        at += tapRow
        w += ${taps * blockBytes}
      }
      storeEight(to, yStep, lanes, ${names.join(', ')})
      from += BLOCK * ${outputs}
      to += yStep * ${outputs}
    }
    x += xRow
    y += yRow
  }
}
`
}

/** Four outputs that are as far apart as the taps, for three taps after three. */
function seriesRowsOf(dilation) {
  const far = dilation * blockBytes
  const names = upTo(4).map((output) => `s${output}`)
  return `/** Blocks of ${4 * dilation} outputs of taps that are ${dilation} positions apart. */
export function ${nameOf('seriesTaps', '', dilation)}(
  x: usize,
  kernel: usize,
  y: usize,
  lanes: i32,
  blocks: i32,
  taps: i32,
  yStep: usize,
): void {
  const apart = yStep * ${dilation}
  for (let block = 0; block < blocks; block++) {
    for (let first: usize = 0; first < ${dilation}; first++) {
      let at = x
      let w = kernel
      ${block(6, sums(names))}
      for (let tap = 0; tap < taps; tap += 3) {
        ${block(8, [
          upTo(3).map((tap) => `const w${tap} = ${load('w', tap * blockBytes)}`),
          readsOf(3, 1, 4).map(({ position, meets }, i) => [
            read(i, 'at', position * far),
            meets.map(({ tap, output }) => `s${output} = madd(v, w${tap}, s${output})`),
          ]),
        ])}
        at += ${3 * far}
        w += ${3 * blockBytes}
      }
      ${block(
        6,
        names.map(
          (name, i) => `storeLanes(y${['', ' + apart', ' + apart * 2', ' + apart * 3'][i]}, ${name}, lanes)`,
        ),
      )}
      x += BLOCK
      y += yStep
    }
    x += ${3 * far}
    y += apart * 3
  }
}
`
}

/**
 * `atOnce` positions are taken at a time. With `apart`, each of them has a sum of its own for each tap, since an
 * addition would otherwise wait for the one before.
 */
function filterRowsOf(taps, dilation, { atOnce, apart }) {
  const reads = readsOf(taps, dilation, atOnce).filter(({ meets }) => meets.length > 0)
  const sumOf = (tap, place) => `${apart ? 'st'[place] : 's'}${tap}`
  const names = upTo(apart ? atOnce : 1).flatMap((place) => upTo(taps).map((tap) => sumOf(tap, place)))
  const totalOf = (tap) => (apart ? `f32x4.add(${sumOf(tap, 0)}, ${sumOf(tap, 1)})` : sumOf(tap, 0))
  return `/** The filter gradient of ${widths(taps, dilation)}. */
export function ${nameOf('filterTaps', taps, dilation)}(
  x: usize,
  dy: usize,
  out: usize,
  rows: i32,
  blocks: i32,
  xRow: usize,
  dyRow: usize,
): void {
  ${block(2, sums(names))}
  for (let r = 0; r < rows; r++) {
    let at = x
    let upstream = dy
    for (let i = 0; i < blocks * ${outputs / atOnce}; i++) {
      ${block(6, [
        upTo(atOnce).map((place) => `const d${place} = ${load('upstream', place * blockBytes)}`),
        reads.map(({ position, meets }, i) => [
          read(i, 'at', position * blockBytes),
          meets.map(({ tap, output: place }) => {
            const sum = sumOf(tap, place)
            return `${sum} = madd(v, d${place}, ${sum})`
          }),
        ]),
      ])}
      at += ${atOnce * blockBytes}
      upstream += ${atOnce * blockBytes}
    }
    x += xRow
    dy += dyRow
  }
  ${block(
    2,
    upTo(taps).map((tap) => `addTo(out${tap > 0 ? ` + ${tap * blockBytes}` : ''}, ${totalOf(tap)})`),
  )}
}
`
}

write(
  'taps',
  `import { BLOCK, madd, storeEight, zero } from '../assembly/lanes'

/*
 * Computes \`rows\` rows of ${outputs} · \`blocks\` outputs of four channels. Every input of a row is loaded once and used
 * for all outputs that read it, because a depthwise convolution waits for loads, not for sums. Each output adds
 * its taps in the kernel's order, as the general loop does, so both give the same bits.
 *
 * x points to the first input in its plane of four channels, kernel to [tapsY · taps, 4], y to the first
 * output. \`xRow\` is the distance in bytes between the inputs of two rows of outputs, \`tapRow\` that between
 * two rows of taps, \`yRow\` that between rows of outputs, and \`yStep\` that between positions of outputs.
 */

${[rowsOf(3, 1), rowsOf(3, 2), rowsOf(5, 1), rowsOf(5, 2)].join('\n')}`,
)

write(
  'series-taps',
  `import { BLOCK, madd, storeLanes, zero } from '../assembly/lanes'

/*
 * Computes 4 · dilation · \`blocks\` outputs of four channels for a multiple of three taps. x points to the first
 * input in its plane of four channels, kernel to [taps, 4], y to the first output; outputs are \`yStep\` bytes
 * apart. Four outputs that are as far apart as the taps read only six inputs for three taps. That is what sixteen
 * registers hold: sums of more outputs, or weights of more taps, would go through memory. Each output adds its
 * taps in their order, as the general loop does, so both give the same bits.
 */

${[1, 2, 4, 8].map(seriesRowsOf).join('\n')}`,
)

const pairs = { atOnce: 2, apart: true }

write(
  'filter-taps',
  `import { addTo, madd, zero } from '../assembly/lanes'

/*
 * Filter gradients of one kernel row over \`rows\` rows of ${outputs} · \`blocks\` positions of four channels. As in
 * \`taps\`, every input is loaded once for all taps that read it. Rows of x and dy lie \`xRow\` and \`dyRow\` bytes
 * apart in their planes.
 *
 * Few positions are taken at a time: an engine may load all of an iteration before it adds, and a sum that
 * then finds no register goes through memory each time, which takes longer than the arithmetic.
 */

${[
  ...[1, 2, 4, 8].map((dilation) => filterRowsOf(3, dilation, pairs)),
  filterRowsOf(5, 1, { atOnce: 2, apart: false }),
  filterRowsOf(5, 2, { atOnce: 1, apart: false }),
].join('\n')}`,
)
