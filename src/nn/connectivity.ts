import type { Graph } from './graph.js'

/**
 * Does every output depend on the input? A node that reads only what does not, or `zeros`, carries nothing
 * of it, whatever constants it adds.
 */
export function isConnected({ nodes, outputs }: Graph): boolean {
  const reached = new Set<string>()
  for (const { id, kind, inputs } of nodes)
    if (kind === 'input' || (kind !== 'zeros' && inputs.some((input) => reached.has(input)))) reached.add(id)
  return Object.values(outputs).every((id) => reached.has(id))
}
