/*
 * What the Fourier transforms of `assembly/fourier.ts` read: where each frequency ends up, and the factors of
 * their steps.
 */

/**
 * The lengths of transforms: 4^a · 2^b · 3^c with b and c of 0 or 1, whose points stay in the first-level
 * cache.
 */
export const fourierLengths = [16, 32, 48, 64, 96, 128, 192, 256, 384, 512] as const

/** How many parts a step splits a block of m points into. */
const partsOf = (m: number): number => (m % 4 === 0 ? 4 : m % 2 === 0 ? 2 : m)

/** The place of frequency f among m points, after a forward transform. */
function placeOf(f: number, m: number): number {
  if (m === 1) return 0
  const parts = partsOf(m)
  return (f % parts) * (m / parts) + placeOf(Math.floor(f / parts), m / parts)
}

/**
 * The factors e^(−2πi·jk/m), k ≥ 1, of all steps of a transform of n points: those of a step, position by
 * position.
 */
function factorsOf(n: number): number[] {
  const factors: number[] = []
  for (let m = n; m > 1 && m !== 3; m /= partsOf(m))
    for (let j = 0; j < m / partsOf(m); j++)
      for (let k = 1; k < partsOf(m); k++) {
        const angle = (-2 * Math.PI * j * k) / m
        factors.push(Math.cos(angle), Math.sin(angle))
      }
  return factors
}

/** The bytes of a point of `assembly/fourier.ts`. */
export const pointBytes = 32

const known = new Map<number, Uint32Array>()

/**
 * The table of a length n as 32-bit words: the offsets of frequencies f and n − f by turns, f = 0 … n/2, then
 * the factors.
 */
export function fourierTable(n: number): Uint32Array {
  const kept = known.get(n)
  if (kept) return kept
  const places = Array.from({ length: n / 2 + 1 }, (_, f) => [placeOf(f, n), placeOf((n - f) % n, n)])
  const offsets = places.flat().map((place) => place * pointBytes)
  const factors = new Uint32Array(Float32Array.from(factorsOf(n)).buffer)
  const table = Uint32Array.from([...offsets, ...factors])
  known.set(n, table)
  return table
}
