/** When gates move, and how far λ = 1 moves them over all of that time, in means of their groups. */
export interface GateMotion {
  readonly travel: number
  /** Stretches [from, to) of iterations. */
  readonly moving: readonly (readonly [from: number, to: number])[]
}

/** λ in the iterations [from, to). */
interface Pressed {
  readonly from: number
  readonly to: number
  readonly lambda: number
}

/**
 * The pressure of λ: with T the number of iterations in which gates move,
 *
 *     travel / T · Σ_t λ(t)
 *
 * is how far λ alone moves a gate, in means of its group. From 1 on, it closes a gate on which the losses do
 * not act.
 */
export function pressureOf(segments: readonly Pressed[], { travel, moving }: GateMotion): number {
  const time = moving.reduce((sum, [from, to]) => sum + to - from, 0)
  const within = ({ from, to }: Pressed) =>
    moving.reduce((sum, [start, end]) => sum + Math.max(0, Math.min(to, end) - Math.max(from, start)), 0)
  const pressed = segments.reduce((sum, segment) => sum + segment.lambda * within(segment), 0)
  return time === 0 ? 0 : (travel * pressed) / time
}

/** The unit of λ for a term, as shown in tables and drawings. */
export const unitOf = (term: string): string =>
  term.includes('/gates') ? 'in scales s of the losses on gates' : 'in the unit of its term'
