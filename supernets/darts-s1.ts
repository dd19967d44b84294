import type { CellKind } from '../src/supernet/cell-stack.js'
import { dartsSpace } from '../src/supernet/darts.js'

/** Zela et al., arXiv:1909.09656, appendix: what a first DARTS search left of each edge. */
const edges: Readonly<Record<CellKind, Readonly<Record<string, readonly [string, string]>>>> = {
  normal: {
    '0→2': ['skip', 'dil-conv-3x3'],
    '1→2': ['skip', 'dil-conv-5x5'],
    '0→3': ['skip', 'dil-conv-5x5'],
    '1→3': ['skip', 'sep-conv-3x3'],
    '2→3': ['skip', 'dil-conv-3x3'],
    '0→4': ['max-pool-3x3', 'skip'],
    '1→4': ['skip', 'sep-conv-3x3'],
    '2→4': ['skip', 'sep-conv-3x3'],
    '3→4': ['skip', 'dil-conv-3x3'],
    '0→5': ['skip', 'sep-conv-3x3'],
    '1→5': ['max-pool-3x3', 'skip'],
    '2→5': ['skip', 'dil-conv-3x3'],
    '3→5': ['dil-conv-3x3', 'dil-conv-5x5'],
    '4→5': ['dil-conv-3x3', 'dil-conv-5x5'],
  },
  reduce: {
    '0→2': ['max-pool-3x3', 'avg-pool-3x3'],
    '1→2': ['max-pool-3x3', 'dil-conv-3x3'],
    '0→3': ['max-pool-3x3', 'avg-pool-3x3'],
    '1→3': ['max-pool-3x3', 'avg-pool-3x3'],
    '2→3': ['skip', 'dil-conv-5x5'],
    '0→4': ['max-pool-3x3', 'avg-pool-3x3'],
    '1→4': ['max-pool-3x3', 'sep-conv-3x3'],
    '2→4': ['skip', 'dil-conv-3x3'],
    '3→4': ['skip', 'dil-conv-5x5'],
    '0→5': ['max-pool-3x3', 'avg-pool-3x3'],
    '1→5': ['max-pool-3x3', 'avg-pool-3x3'],
    '2→5': ['skip', 'dil-conv-5x5'],
    '3→5': ['skip', 'dil-conv-5x5'],
    '4→5': ['skip', 'dil-conv-5x5'],
  },
}

/** RobustDARTS's first reduced space (Zela et al., arXiv:1909.09656): two candidates an edge, its own on each. */
export const dartsS1 = dartsSpace({
  name: 'darts-s1',
  description: 'RobustDARTS S1: two operations an edge, each edge its own pair (arXiv:1909.09656)',
  operations: (_options, kind, edge) => edges[kind][edge]!,
})
