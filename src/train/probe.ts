import * as tf from '@tensorflow/tfjs-core'
import type { BatchStatistics } from '../nn/functions/batch-norm.js'
import type { Graph } from '../nn/graph.js'
import { programOf } from '../nn/program.js'
import { runForward, runGradients, type GraphGradients, type RunOptions } from '../nn/run.js'
import { probesOf, type TapGradients } from './activations.js'
import { plannedProgram } from './memory.js'
import type { Feeds } from './feeds.js'
import type { Tap } from './shard.js'

/** Passes over moved inputs, x + ε v, in addition to the pass over x. */
export interface MovedPasses {
  /** The value of a tap for inputs moved by a distance. */
  readonly value: (distance: number, node: string) => tf.Tensor
  /**
   * Takes ownership of the gradients of these values, and adds to `graphGradients` the gradients of parameters and
   * mixtures that follow from them.
   */
  addGradients(moved: TapGradients['moved'], graphGradients: GraphGradients): void
  dispose(): void
}

/**
 * Computes the taps of moved inputs now, and their gradients later in a pass of its own, so that there is
 * never more than one pass in memory. Each pass has batch statistics of its own, which the moving averages do
 * not take in.
 */
export function movedPasses(
  graph: Graph,
  taps: readonly Tap[],
  trained: ReadonlySet<string>,
  rows: number,
  { input, probe }: Pick<Feeds, 'input' | 'probe'>,
  optionsOf: (input: tf.Tensor, statistics: Map<string, BatchStatistics>) => RunOptions,
): MovedPasses {
  const values = new Map(
    probesOf(taps).map((distance) => {
      if (!probe) throw new Error('a term asks for moved inputs, but the shard has no direction')
      const moved = tf.tidy(() => tf.add(input, tf.mul(probe, distance)))
      const nodes = nodesOf(taps, distance)
      const outputs = withStatistics((statistics) =>
        runForward(programOf(graph, { roles: [], taps: nodes }), optionsOf(moved, statistics)),
      )
      return [distance, { moved, nodes, outputs }]
    }),
  )
  return {
    value: (distance, node) => values.get(distance)!.outputs[node]!,
    addGradients(gradients, graphGradients) {
      for (const [distance, upstream] of gradients) {
        const { moved, nodes } = values.get(distance)!
        const program = plannedProgram(graph, { roles: [], taps: nodes, trained }, rows)
        const more = withStatistics((statistics) =>
          runGradients(program, optionsOf(moved, statistics), () => upstream),
        )
        addInto(graphGradients.parameters, more.parameters)
        addInto(graphGradients.mixtures, more.mixtures)
      }
    },
    dispose: () => tf.dispose([...values.values()].map(({ moved, outputs }) => [moved, outputs])),
  }
}

const nodesOf = (taps: readonly Tap[], distance: number): string[] =>
  taps.filter(({ terms }) => terms.some(({ action }) => action.probe === distance)).map(({ node }) => node)

/** Runs a pass without keeping its batch statistics. */
function withStatistics<T>(pass: (statistics: Map<string, BatchStatistics>) => T): T {
  const statistics = new Map<string, BatchStatistics>()
  try {
    return pass(statistics)
  } finally {
    for (const { mean, variance } of statistics.values()) tf.dispose([mean, variance])
  }
}

function addInto<T extends tf.Tensor>(sums: Map<string, T>, more: ReadonlyMap<string, T>): void {
  for (const [name, tensor] of more) {
    const before = sums.get(name)
    sums.set(name, before ? tf.add<T>(before, tensor) : tensor)
    if (before) tf.dispose([before, tensor])
  }
}
