import type { Config } from '../config/config-schema.js'
import { smallest } from '../supernet/cost-range.js'
import type { Notation } from '../supernet/notation.js'
import { choicesOf } from '../supernet/prune.js'
import type { Architecture, Supernet } from '../supernet/types.js'
import type { BenchmarkFigures } from '../trial/figures.js'
import { benchmarkTable } from './benchmark-table.js'

/**
 * Reads the table that a configuration names (its path is resolved), and returns a function that ranks
 * architectures of the supernet in it. Problems of the table are thrown here, before the search.
 */
export function benchmarkFigures(
  { table: file, ...options }: NonNullable<Config['benchmark']>,
  notation: Notation,
  supernet: Supernet,
): (architecture: Architecture) => BenchmarkFigures {
  const table = benchmarkTable(file, { notation, ...options, label: 'config.benchmark' })
  const best = table.best()
  // Fails before the search if the notation cannot write architectures of the space.
  notation.write(
    Object.fromEntries(smallest(supernet).groups.map((g) => [g.name, g.members.map((m) => m.name)])),
  )

  return (architecture) => {
    const text = notation.write(choicesOf(architecture))
    const answer = table.lookup(text)
    const rank = table.rank(text)
    return {
      table: table.name,
      metric: best.metric,
      architecture: text,
      matched: answer?.matched ?? null,
      row: answer?.row ?? null,
      value: rank?.value ?? null,
      best: best.value,
      regret: rank?.regret ?? null,
      rank: rank?.rank ?? null,
      of: best.of,
      percentile: rank?.percentile ?? null,
    }
  }
}
