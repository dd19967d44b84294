/** The bundled images of handwritten digits, out of their CSV: 8 × 8 pixels from 0 to 16, then the digit. */
export function digitsOf(csv) {
  const rows = csv
    .trim()
    .split('\n')
    .map((line) => line.split(',').map(Number))
  return {
    values: Float32Array.from(rows.flatMap((row) => row.slice(0, 64))),
    labels: rows.map((row) => row[64]),
  }
}

/** The same, fetched and unpacked. */
export async function fetchDigits(url) {
  const packed = (await fetch(url)).body
  return digitsOf(await new Response(packed.pipeThrough(new DecompressionStream('gzip'))).text())
}
