import type { Graph } from './graph.js'
import { sizeOf } from './primitives/types.js'
import { compileProgram, segmentsOf, type Instruction, type Program, type ProgramOptions } from './program.js'

/** The peak memory of a pass, in bytes, besides the parameters. */
export interface MemoryPlan {
  /** The segments that are computed again in the backward pass so that the peak fits the budget. */
  readonly again: ReadonlySet<number>
  readonly peakBytes: number
}

const floatBytes = 4

/**
 * Chooses the segments to compute again so that a pass over `rows` examples fits into a budget. None are
 * chosen if the pass fits anyway; otherwise those with the most values, as few as suffice; all of them if
 * even that is not enough.
 */
export function planMemory(
  graph: Graph,
  options: Omit<ProgramOptions, 'again'>,
  rows: number,
  budgetBytes: number,
): MemoryPlan {
  const peakOf = (again: ReadonlySet<number>) => peakBytes(compileProgram(graph, { ...options, again }), rows)
  const nothing: MemoryPlan = { again: new Set(), peakBytes: peakOf(new Set()) }
  if (nothing.peakBytes <= budgetBytes) return nothing
  const segments = segmentsOf(graph, options)
  const order = segments
    .map((nodes, index) => ({ index, size: nodes.reduce((sum, { shape }) => sum + sizeOf(shape), 0) }))
    .sort((a, b) => b.size - a.size || a.index - b.index)
    .map(({ index }) => index)
  const first = (count: number): MemoryPlan => {
    const again = new Set(order.slice(0, count))
    return { again, peakBytes: peakOf(again) }
  }
  const leanest = first(order.length)
  if (leanest.peakBytes > budgetBytes) return leanest
  let [low, high] = [1, order.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if (first(middle).peakBytes <= budgetBytes) high = middle
    else low = middle + 1
  }
  return first(low)
}

/** The peak memory, in bytes, of a program's values and gradients for a batch of `rows` examples. */
export function peakBytes({ forward, backward }: Program, rows: number): number {
  const walk = new Walk(rows)
  for (const instruction of forward) walk.compute(instruction)
  for (const instruction of backward)
    if (instruction.run === 'again') walk.compute(instruction)
    else walk.pullBack(instruction)
  return walk.peak
}

/** Simulates the memory of a pass without computing anything. */
class Walk {
  peak = 0
  #now = 0
  readonly #values = new Map<string, number>()
  readonly #gradients = new Map<string, number>()
  readonly #rows: number

  constructor(rows: number) {
    this.#rows = rows
  }

  compute({ node, free }: Instruction): void {
    this.#add(this.#values, node.id, this.#bytes(node.shape))
    free.forEach((id) => this.#remove(this.#values, id))
  }

  pullBack({ node, shapes, wanted, free }: Instruction): void {
    this.#add(this.#gradients, node.id, this.#bytes(node.shape))
    // A node's own gradient and those of all its inputs exist at the same time, before the latter are added
    // to existing sums.
    const fresh = node.inputs.map((id, i) =>
      wanted.inputs[i] ? { id, bytes: this.#bytes(shapes[i]!) } : undefined,
    )
    this.#count(fresh.reduce((sum, each) => sum + (each?.bytes ?? 0), 0))
    this.#count(-fresh.reduce((sum, each) => sum + (each?.bytes ?? 0), 0))
    this.#remove(this.#gradients, node.id)
    for (const each of fresh) if (each) this.#add(this.#gradients, each.id, each.bytes)
    free.forEach((id) => this.#remove(this.#values, id))
  }

  #bytes(shape: readonly number[]): number {
    return this.#rows * sizeOf(shape) * floatBytes
  }

  #count(bytes: number): void {
    this.#now += bytes
    this.peak = Math.max(this.peak, this.#now)
  }

  #add(held: Map<string, number>, id: string, bytes: number): void {
    if (held.has(id)) return
    held.set(id, bytes)
    this.#count(bytes)
  }

  #remove(held: Map<string, number>, id: string): void {
    this.#count(-(held.get(id) ?? 0))
    held.delete(id)
  }
}
