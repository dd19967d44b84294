import { isFloat, sizeOf, wasmKernel } from '../kernel.js'
import { upTo4, upTo8 } from '../window.js'
import type { Device } from '../device.js'

interface MatMulAttributes {
  readonly transposeA: boolean
  readonly transposeB: boolean
}

/**
 * a [.., M, K] · b [.., K, N], each transposed on request. TensorFlow.js's own kernel is ten times slower
 * when it transposes, and it caches prepared operands by data id: a buffer that is read in two shapes gives
 * wrong products.
 */
export const matMul = wasmKernel<'a' | 'b', MatMulAttributes>(
  'BatchMatMul',
  ({ inputs: { a, b }, attrs: { transposeA, transposeB }, device }) => {
    const [rowsA, columnsA] = a.shape.slice(-2) as [number, number]
    const [rowsB, columnsB] = b.shape.slice(-2) as [number, number]
    const [m, k] = transposeA ? [columnsA, rowsA] : [rowsA, columnsA]
    const n = transposeB ? rowsB : columnsB
    const outer = a.shape.slice(0, -2)
    const out = device.output([...outer, m, n])
    for (let batch = 0; batch < sizeOf(outer); batch++) {
      const at = {
        a: device.pointer(a) + batch * m * k * 4,
        b: device.pointer(b) + batch * k * n * 4,
        out: device.pointer(out) + batch * m * n * 4,
      }
      if (transposeA && !transposeB) transposed(device, at, m, k, n)
      else product(device, at, m, k, n, transposeA, transposeB)
    }
    return out
  },
  ({ inputs: { a, b } }) =>
    isFloat(a) && isFloat(b) && a.shape.slice(0, -2).join() === b.shape.slice(0, -2).join(),
)

interface Addresses {
  readonly a: number
  readonly b: number
  readonly out: number
}

/** The length of the part of K that is multiplied at a time, so that its panels stay in the cache. */
const depth = 512

function product(
  device: Device,
  at: Addresses,
  m: number,
  k: number,
  n: number,
  transposeA: boolean,
  transposeB: boolean,
) {
  const { kernels } = device
  const [panels, rows] = device.scratch(Math.min(k, depth) * upTo8(n) * 4, transposeA ? m * k * 4 : 0)
  // Both transposed: A is turned by the packing of panels one column wide, which is rare enough.
  if (transposeA) kernels.turn(at.a, rows, k, m)
  const a = transposeA ? rows : at.a
  // The loop runs once even if K is 0, so that the product is set to 0.
  for (let from = 0; from === 0 || from < k; from += depth) {
    const part = Math.min(depth, k - from)
    const b = at.b + (transposeB ? from : from * n) * 4
    kernels.packPanels(b, panels, 1, part, n, 0, transposeB ? 1 : n, transposeB ? k : 1)
    kernels.productRows(a + from * 4, panels, at.out, m, n, part, k * 4, 1, 1, 0, 0, n * 4, Number(from > 0))
  }
}

/** Aᵀ · B with A [K, M] and B [K, N], both as they lie, a part of K at a time. */
function transposed(device: Device, at: Addresses, m: number, k: number, n: number) {
  const { kernels } = device
  const [m4, n8] = [upTo4(m), upTo8(n)]
  const rows = Math.min(k, depth)
  const [blocks, left, right] = device.scratch(
    m4 * n8 * 4,
    m4 === m ? 0 : rows * m4 * 4,
    n8 === n ? 0 : rows * n8 * 4,
  )
  kernels.clear(blocks, m4 * n8 * 4)
  for (let from = 0; from < k; from += rows) {
    const part = Math.min(rows, k - from)
    let a = at.a + from * m * 4
    let b = at.b + from * n * 4
    if (m4 !== m) {
      kernels.packImage(a, left, 1, part, m, m4, 0, 0, 1, part, 1, 1)
      a = left
    }
    if (n8 !== n) {
      kernels.packImage(b, right, 1, part, n, n8, 0, 0, 1, part, 1, 1)
      b = right
    }
    kernels.transposedProduct(a, b, blocks, 1, part, m, n, m4 * 4, 0, n8 * 4, 0)
  }
  kernels.unpackBlocks(blocks, at.out, m, n, n * 4)
}
