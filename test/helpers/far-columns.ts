/** Even enough numbers from −1 to 1, no two rows the same. */
export const wave = (row: number, phase = 0): number => Math.sin((row + 1) * (2.3 + 0.7 * phase))

/** Columns that lie far from 0 for their spread: the cell for a number from −1 to 1. */
export const farColumns = {
  latitude: (x: number) => (48.13 + 0.01 * x).toFixed(6),
  'Unix seconds': (x: number) => String(1_700_000_000 + Math.round(302_400 * x)),
  pressure: (x: number) => (101_325 + 5 * x).toFixed(3),
  'Julian date': (x: number) => (2_460_000.5 + 3 * x).toFixed(6),
  '1e38': (x: number) => (1e38 + 1e34 * x).toPrecision(12),
} as const
