/** y = rest + slope · x. */
export interface Line {
  readonly rest: number
  readonly slope: number
}

/**
 * The line of least squared relative error through points with y > 0; its rest is at least 0. Without points
 * of different x the slope is 1.
 */
export function lineThrough(points: readonly (readonly [x: number, y: number])[]): Line {
  const sum = (of: (x: number, y: number) => number) =>
    points.reduce((total, [x, y]) => total + of(x, y) / (y * y), 0)
  const [w, wx, wy] = [sum(() => 1), sum((x) => x), sum((_, y) => y)]
  const [wxx, wxy] = [sum((x) => x * x), sum((x, y) => x * y)]
  const spread = w * wxx - wx * wx
  if (points.length === 0) return { rest: 0, slope: 1 }
  if (spread <= 1e-9 * w * wxx) return { rest: Math.max(0, (wy - wx) / w), slope: 1 }
  const slope = (w * wxy - wx * wy) / spread
  const rest = (wy - slope * wx) / w
  return rest >= 0 ? { rest, slope } : { rest: 0, slope: wxy / wxx }
}
