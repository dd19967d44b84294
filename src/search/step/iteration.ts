import type { LambdaRow } from '../../schedule/table.js'
import type { CompiledPhase } from '../../schedule/types.js'
import type { Shard } from '../../train/shard.js'
import type { Alternation } from '../modes/single-paths.js'

/** One iteration: its number, rows, phase and λ. */
export interface Iteration extends Alternation {
  readonly t: number
  readonly shards: readonly Shard[]
  readonly phase: CompiledPhase
  readonly lambdas: LambdaRow
  /** The number of iterations for which it stands. */
  readonly span: number
}
