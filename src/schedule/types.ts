import type { Part } from '../objective/terms/types.js'

/** One value for the iterations [from, to). */
export interface Segment {
  readonly from: number
  readonly to: number
  readonly value: number
}

/** λ of one term on one layer over time. Where no segment stands, it is 0. */
export interface Column {
  readonly term: string
  readonly part: Part
  readonly layer: string
  readonly segments: readonly Segment[]
}

export interface CompiledPhase {
  readonly name: string
  readonly from: number
  readonly to: number
  /** Layers whose weights are trained. */
  readonly train: ReadonlySet<string>
  readonly gates: 'move' | 'hold'
}

/** A compiled schedule: λ[t, k] of every term, run-length coded. */
export interface Schedule {
  readonly name: string
  readonly steps: number
  readonly phases: readonly CompiledPhase[]
  readonly losses: { readonly task: readonly Segment[]; readonly reconstruction: readonly Segment[] }
  readonly columns: readonly Column[]
  /** Zero gates are removed from iteration `from` on; at `until` the rest is made legal. */
  readonly prune: { readonly from: number; readonly until: number }
}
