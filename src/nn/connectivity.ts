import type { Graph } from './graph.js'

/**
 * Whether every output depends on the input. `zeros`, and nodes that read only nodes that do not depend on
 * the input, do not depend on it, whatever constants they add.
 */
export function isConnected({ nodes, outputs }: Graph): boolean {
  const reached = new Set<string>()
  for (const { id, kind, inputs } of nodes)
    if (kind === 'input' || (kind !== 'zeros' && inputs.some((input) => reached.has(input)))) reached.add(id)
  return Object.values(outputs).every((id) => reached.has(id))
}
