import type { Graph } from '../nn/graph.js'
import { ParameterStore } from '../nn/parameter-store.js'
import { discreteNetwork, type Network } from '../train/network.js'

/** Calls `use` with a network that has the given values, and frees it afterwards. */
export function withNetwork<T>(
  graph: Graph,
  values: ReadonlyMap<string, Float32Array>,
  use: (network: Network) => T,
): T {
  const store = ParameterStore.filled(graph, values)
  try {
    return use(discreteNetwork(graph, store))
  } finally {
    store.dispose()
  }
}
