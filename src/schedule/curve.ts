import type { CurveDocument } from '../config/schedule-schema.js'

/** λ at a time in [0, 1] of its phase. */
export function curveAt(curve: CurveDocument, time: number): number {
  if (typeof curve === 'number') return curve
  switch (curve.curve) {
    case 'linear':
      return curve.from + (curve.to - curve.from) * time
    case 'quadratic':
      return curve.from + (curve.to - curve.from) * time * time
    case 'cosine':
      return curve.to + ((curve.from - curve.to) * (1 + Math.cos(Math.PI * time))) / 2
    case 'exponential':
      return curve.from * (curve.to / curve.from) ** time
    case 'step':
      return curve.values[curve.at.filter((at) => time >= at).length]!
    case 'piecewise':
      return interpolate(curve.points, time)
  }
}

function interpolate(points: readonly (readonly [number, number])[], time: number): number {
  const next = points.findIndex(([at]) => at > time)
  if (next === 0) return points[0]![1]
  if (next < 0) return points[points.length - 1]![1]
  const [t0, v0] = points[next - 1]!
  const [t1, v1] = points[next]!
  return v0 + ((v1 - v0) * (time - t0)) / (t1 - t0)
}

/**
 * The reason why a curve cannot be used, as far as the JSON Schema cannot express it; undefined if it can be
 * used.
 */
export function curveFault(curve: CurveDocument): string | undefined {
  if (typeof curve === 'number') return undefined
  if (curve.curve === 'exponential' && (curve.from <= 0 || curve.to <= 0))
    return 'an exponential curve needs from and to above 0'
  if (curve.curve === 'step' && curve.values.length !== curve.at.length + 1)
    return `a step curve needs one value more than times, got ${curve.values.length} values and ${curve.at.length} times`
  const times =
    curve.curve === 'step' ? curve.at : curve.curve === 'piecewise' ? curve.points.map(([t]) => t) : []
  if (times.some((t, i) => i > 0 && t <= times[i - 1]!)) return 'times must rise'
  return undefined
}
