import { passBudget } from '../backend/limits.js'
import { parametersOf } from '../nn/cost.js'
import type { Graph } from '../nn/graph.js'
import { peakBytes, planMemory, type MemoryPlan } from '../nn/memory.js'
import { sizeOf } from '../nn/primitives/types.js'
import { compileProgram, programOf, type Program, type ProgramOptions } from '../nn/program.js'

/** The peak memory of a training step of a network, in bytes. */
export interface StepMemory extends MemoryPlan {
  /** Memory of weights, their gradients and optimizer slots, and moving averages. */
  readonly heldBytes: number
  /** The backend's memory for values and gradients besides `heldBytes`. */
  readonly budgetBytes: number
  readonly fits: boolean
}

/** The arrays per weight: its value, its gradient, and two slots as in Adam. */
const copies = 4

/**
 * The bytes that are held all the time: weights with their gradients and optimizer slots, and moving
 * averages.
 */
export const heldBytes = (graph: Graph): number =>
  parametersOf(graph).reduce((sum, { shape }) => sum + sizeOf(shape), 0) * 4 * copies

/**
 * The memory of one pass over `rows` examples, in which as many segments are computed again as are needed to
 * fit.
 */
export function stepMemory(graph: Graph, options: Omit<ProgramOptions, 'again'>, rows: number): StepMemory {
  const held = heldBytes(graph)
  const budgetBytes = passBudget() - held
  const plan = planMemory(graph, options, rows, budgetBytes)
  return { ...plan, heldBytes: held, budgetBytes, fits: plan.peakBytes <= budgetBytes }
}

/**
 * The largest number of examples whose pass fits if everything possible is computed again; 0 if even one is
 * too many.
 */
export function largestRows(graph: Graph, options: Omit<ProgramOptions, 'again'>): number {
  const one = stepMemory(graph, options, 1)
  // Memory is proportional to the rows, so the leanest pass over one example suffices.
  const leanest = planMemory(graph, options, 1, 0)
  const rows = Math.max(0, Math.floor(one.budgetBytes / leanest.peakBytes))
  return Number.isFinite(rows) ? rows : Number.MAX_SAFE_INTEGER
}

/** The number of examples, at most `wanted`, that one forward pass can take. */
export function forwardRows(graph: Graph, roles: readonly string[], wanted: number): number {
  const perRow = peakBytes(programOf(graph, { roles }), 1)
  return Math.max(1, Math.min(wanted, Math.floor(passBudget() / perRow)))
}

const plans = new WeakMap<Program, Map<number, Program>>()

/**
 * The program of a pass over `rows` examples, in which as many segments are computed again as are needed to
 * fit.
 */
export function plannedProgram(graph: Graph, options: Omit<ProgramOptions, 'again'>, rows: number): Program {
  const plain = programOf(graph, options)
  const known = plans.get(plain) ?? new Map<number, Program>()
  plans.set(plain, known)
  const { again } = known.has(rows) ? { again: new Set<number>() } : stepMemory(graph, options, rows)
  const program = known.get(rows) ?? (again.size === 0 ? plain : compileProgram(graph, { ...options, again }))
  known.set(rows, program)
  return program
}
