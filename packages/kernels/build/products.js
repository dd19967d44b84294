// Writes dist/products.ts: the inner loops of products of matrices, each over a few rows by eight columns. Four
// rows take eight accumulators, which is what sixteen registers hold besides their operands.
import { block, load, sums, write } from './template.js'

const letters = ['a', 'b', 'c', 'd']
const f32Bytes = 4

const sumsOf = (rows) => rows.flatMap((row) => [`${row}0`, `${row}1`])

/** Adds the products of a value of each row with eight values of `panel`. */
const addProducts = (rows, panel, valueOf) => [
  `const w0 = ${load(panel)}`,
  `const w1 = ${load(panel, 16)}`,
  rows.map((row, i) => [
    `const v${row} = ${valueOf(row, i)}`,
    `${row}0 = madd(v${row}, w0, ${row}0)`,
    `${row}1 = madd(v${row}, w1, ${row}1)`,
  ]),
]

/** The loop over the features of one tap: rows of x begin at `xa`, `xb`, … */
const alongFeatures = (rows) => [
  'while (xa < end) {',
  [
    addProducts(rows, 'panel', (row) => `v128.load32_splat(x${row})`),
    rows.map((row) => `x${row} += F32`),
    'panel += 32',
  ]
    .flat(Infinity)
    .map((line) => `  ${line}`),
  '}',
]

/** `let xb = xa + rowStep`, and so on. */
const furtherRows = (rows) => rows.slice(1).map((row, i) => `let x${row} = x${rows[i]} + rowStep`)

function tappedRows(name, count) {
  const rows = letters.slice(0, count)
  const further = (text) => (count > 1 ? `\n  ${text}: usize,` : '')
  return `/** Rows of a product with a panel of at most eight columns, summed over taps: ${count} at a time. */
export function ${name}(
  x: usize,
  panel: usize,
  y: usize,
  columns: i32,
  k: i32,${further('rowStep')}
  tapsY: i32,
  tapsX: i32,
  stepY: usize,
  stepX: usize,${further('yStep')}
  accumulate: bool,
): void {
  ${block(2, sums(sumsOf(rows)))}
  const bytes = <usize>k * F32
  for (let tapY = 0; tapY < tapsY; tapY++) {
    let start = x + <usize>tapY * stepY
    for (let tapX = 0; tapX < tapsX; tapX++) {
      let xa = start
      ${block(6, [...furtherRows(rows), 'const end = xa + bytes', alongFeatures(rows)])}
      start += stepX
    }
  }
  ${block(
    2,
    rows.map(
      (row, i) =>
        `storeColumns(y${['', ' + yStep', ' + yStep * 2', ' + yStep * 3'][i]}, ${row}0, ${row}1, columns, accumulate)`,
    ),
  )}
}
`
}

const plainRows = `/**
 * Four rows by eight columns of a product without taps. With few features, the work around the loop matters.
 */
export function fourPlainRows(xa: usize, panel: usize, y: usize, k: i32, rowStep: usize, yStep: usize): void {
  ${block(2, [sums(sumsOf(letters)), furtherRows(letters), 'const end = xa + <usize>k * F32', alongFeatures(letters)])}
  ${block(
    2,
    letters.map((row, i) => [
      i > 0 ? 'y += yStep' : [],
      `v128.store(y, ${row}0)`,
      `v128.store(y, ${row}1, 16)`,
    ]),
  )}
}
`

const transposed = `/** Four features of A by eight of B, summed over the positions of a grid. */
export function fourByEight(
  a: usize,
  b: usize,
  out: usize,
  rows: i32,
  positions: i32,
  aStep: usize,
  aRow: usize,
  bStep: usize,
  bRow: usize,
): void {
  ${block(2, sums(sumsOf(letters)))}
  for (let row = 0; row < rows; row++) {
    let pa = a + <usize>row * aRow
    let pb = b + <usize>row * bRow
    const end = pb + <usize>positions * bStep
    while (pb < end) {
      ${block(
        6,
        addProducts(letters, 'pb', (_, i) => `v128.load32_splat(pa${i > 0 ? `, ${i * f32Bytes}` : ''})`),
      )}
      pa += aStep
      pb += bStep
    }
  }
  ${block(
    2,
    sumsOf(letters).map((sum, i) => `addTo(out${i > 0 ? ` + ${i * 16}` : ''}, ${sum})`),
  )}
}
`

write(
  'products',
  `import { addTo, F32, madd, storeColumns, zero } from '../assembly/lanes'

${[tappedRows('fourRows', 4), plainRows, tappedRows('oneRow', 1), transposed].join('\n')}`,
)
