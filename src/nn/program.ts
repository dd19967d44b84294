import { ancestors, type Graph, type Node, type Shape } from './graph.js'
import { fuse } from './fuse.js'
import { readsOf } from './primitives/index.js'
import { withoutZeros } from './transform.js'

/** One step of a pass over a graph. */
export interface Instruction {
  /** Compute a node, compute it once more for its gradient, or compute its gradient. */
  readonly run: 'forward' | 'again' | 'backward'
  readonly node: Node
  /** The shapes of the node's inputs, without the batch axis. */
  readonly shapes: readonly Shape[]
  /** Ids of values that nothing reads after this instruction. */
  readonly free: readonly string[]
  /**
   * Which gradients `backward` computes: those of each input, and those of the node's own parameters or
   * gates.
   */
  readonly wanted: { readonly inputs: readonly boolean[]; readonly trained: boolean }
}

/** The plan of a pass: what is computed when, and when each value is freed. Plain data. */
export interface Program {
  /**
   * Output ids by role, and taps by their own ids. The values of all of them exist between forward and
   * backward.
   */
  readonly outputs: Readonly<Record<string, string>>
  /** The forward pass, up to the outputs. */
  readonly forward: readonly Instruction[]
  /** The backward pass, which starts from the gradients of the outputs. */
  readonly backward: readonly Instruction[]
}

export interface ProgramOptions {
  readonly roles: readonly string[]
  /**
   * Ids of inner nodes whose values are returned with the outputs and which may have gradients of their own.
   */
  readonly taps?: readonly string[]
  /** Nodes whose own parameters or gates are trained. Without any, the backward pass is empty. */
  readonly trained?: ReadonlySet<string>
  /**
   * Segments that keep only the values that other segments read. The rest is computed again in the backward
   * pass (arXiv:1604.06174).
   */
  readonly again?: ReadonlySet<number>
}

/**
 * The parts of a graph that can be computed again on their own: the nodes up to each sum or concatenation, in
 * order. An edge of a cell is one such segment. Sums read no zeros, operations with which several edges begin
 * are computed once, and where something is trained, nodes are fused.
 */
export function segmentsOf(graph: Graph, options: ProgramOptions): Node[][] {
  const { trained } = options
  const outputs = Object.values(outputsOf(graph, options))
  const nodes = sharedByEdges(withoutZeros(graph.nodes), new Set(outputs))
  const needed = ancestors({ ...graph, nodes }, outputs)
  const parts: Node[][] = []
  let current: Node[] = []
  for (const node of nodes) {
    if (!needed.has(node.id)) continue
    current.push(node)
    if (!joins.has(node.kind)) continue
    parts.push(current)
    current = []
  }
  if (current.length > 0) parts.push(current)
  const read = readAcross(parts, outputs)
  const segments = parts.map((part) => sharedWithin(part, read))
  return trained && trained.size > 0 ? segments.map((part) => fuse(part, read, trained)) : segments
}

/** The ids that are read from outside their own segment. */
function readAcross(segments: readonly Node[][], outputs: readonly string[]): Set<string> {
  const read = new Set(outputs)
  for (const nodes of segments) {
    const segmentIds = new Set(nodes.map(({ id }) => id))
    for (const id of nodes.flatMap(({ inputs }) => inputs)) if (!segmentIds.has(id)) read.add(id)
  }
  return read
}

const outputsOf = (graph: Graph, { roles, taps = [] }: ProgramOptions): Record<string, string> =>
  Object.fromEntries([
    ...roles.map((role): [string, string] => [role, graph.outputs[role]!]),
    ...taps.map((id): [string, string] => [id, id]),
  ])

const joins = new Set(['mix', 'add', 'concat'])

/**
 * Merges what several edges from one state begin with: all of them pool the state or take its ReLU, which is
 * computed once. An activation that a depthwise convolution reads is not merged, because the two are fused.
 */
function sharedByEdges(nodes: readonly Node[], outputs: ReadonlySet<string>): Node[] {
  const filtered = new Set(nodes.flatMap(({ kind, inputs }) => (kind === 'depthwise' ? inputs : [])))
  return shared(
    nodes,
    outputs,
    ({ id, kind }) => pools.has(kind) || (kind === 'activation' && !filtered.has(id)),
  )
}

const pools = new Set(['max-pool', 'avg-pool'])

/** Merges the activations that several candidates on one edge begin with. */
const sharedWithin = (nodes: readonly Node[], outputs: ReadonlySet<string>): Node[] =>
  shared(nodes, outputs, ({ kind }) => kind === 'activation')

/**
 * Merges nodes that apply the same operation to the same inputs, if `mayBe` allows it. Nodes whose ids are in
 * `outputs` stay.
 */
function shared(
  nodes: readonly Node[],
  outputs: ReadonlySet<string>,
  mayBe: (node: Node) => boolean,
): Node[] {
  const first = new Map<string, string>()
  const alias = new Map<string, string>()
  const kept: Node[] = []
  for (const node of nodes) {
    const inputs = node.inputs.map((id) => alias.get(id) ?? id)
    const key = mayBe(node) ? JSON.stringify([node.kind, inputs, node.attrs]) : ''
    const present = key === '' ? undefined : first.get(key)
    if (present !== undefined && !outputs.has(node.id)) alias.set(node.id, present)
    else {
      if (key !== '') first.set(key, node.id)
      kept.push({ ...node, inputs })
    }
  }
  return kept
}

const programs = new WeakMap<Graph, Map<string, Program>>()

/** The program of a graph. It is cached, so the same options give the same object. */
export function programOf(graph: Graph, options: ProgramOptions): Program {
  const { roles, taps = [], trained = [], again = [] } = options
  const key = [roles, taps, [...trained], [...again]].map((part) => part.join(' ')).join('|')
  const known = programs.get(graph) ?? new Map<string, Program>()
  programs.set(graph, known)
  const program = known.get(key) ?? compileProgram(graph, options)
  known.set(key, program)
  return program
}

/** Plans a pass. A value is freed after its last reader, so what is kept follows from what is read. */
export function compileProgram(graph: Graph, options: ProgramOptions): Program {
  const { trained = new Set(), again = new Set() } = options
  const segments = segmentsOf(graph, options)
  const outputs = outputsOf(graph, options)
  const shapes = new Map(graph.nodes.map(({ id, shape }) => [id, shape]))
  const needy = reachingTrained(segments.flat(), trained)
  const wantedOf = (node: Node) => ({
    inputs: node.inputs.map((id) => needy.has(id)),
    trained: trained.has(node.id),
  })
  const draft = (run: Instruction['run'], node: Node): Draft => {
    const wanted = wantedOf(node)
    return {
      run,
      node,
      shapes: node.inputs.map((id) => shapes.get(id)!),
      wanted,
      reads: run === 'backward' ? backwardReads(node, wanted) : node.inputs,
    }
  }
  const forward = segments.flat().map((node) => draft('forward', node))
  const backward = segments
    .map((nodes, index) => ({ nodes, index }))
    .reverse()
    .flatMap(({ nodes, index }) => {
      const gradients = [...nodes]
        .reverse()
        .filter(({ id }) => needy.has(id))
        .map((node) => draft('backward', node))
      if (!again.has(index)) return gradients
      const read = gradients.flatMap(({ reads }) => reads)
      return [...upTo(nodes, read).map((node) => draft('again', node)), ...gradients]
    })
  const all = withFrees(forward, Object.values(outputs), backward)
  return { outputs, forward: all.slice(0, forward.length), backward: all.slice(forward.length) }
}

interface Draft extends Omit<Instruction, 'free'> {
  readonly reads: readonly string[]
}

/** The nodes that are trained themselves or read, directly or not, a trained node. */
function reachingTrained(nodes: readonly Node[], trained: ReadonlySet<string>): Set<string> {
  const needy = new Set<string>()
  for (const { id, inputs } of nodes)
    if (trained.has(id) || inputs.some((input) => needy.has(input))) needy.add(id)
  return needy
}

function backwardReads(node: Node, { trained }: Instruction['wanted']): string[] {
  const { id, inputs } = node
  const reads = readsOf(node)
  const readsInputs = reads.inputs === 'always' || (reads.inputs === 'own' && trained)
  return [...(readsInputs ? inputs : []), ...(reads.output ? [id] : [])]
}

/**
 * The nodes of a segment that must be computed again to obtain the values of `ids`. Values from outside the
 * segment are all still available.
 */
function upTo(nodes: readonly Node[], ids: readonly string[]): Node[] {
  const needed = new Set(ids)
  return [...nodes]
    .reverse()
    .filter(({ id, kind, inputs }) => {
      if (!needed.has(id) || kind === 'input') return false
      inputs.forEach((input) => needed.add(input))
      return true
    })
    .reverse()
}

/**
 * Adds to each instruction the values to free after it: those that are not read again before they are
 * recomputed, or at all.
 */
function withFrees(
  forward: readonly Draft[],
  outputs: readonly string[],
  backward: readonly Draft[],
): Instruction[] {
  const live = new Set<string>()
  const lastReads = (ids: readonly string[]): string[] => {
    const last = [...new Set(ids)].filter((id) => !live.has(id))
    last.forEach((id) => live.add(id))
    return last
  }
  const walk = (drafts: readonly Draft[]): Instruction[] =>
    [...drafts]
      .reverse()
      .map(({ reads, ...instruction }) => {
        const { run, node } = instruction
        const unread = run !== 'backward' && !live.has(node.id) ? [node.id] : []
        if (run !== 'backward') live.delete(node.id)
        return { ...instruction, free: [...lastReads(reads), ...unread] }
      })
      .reverse()
  const behind = walk(backward)
  // The caller reads the outputs between the passes, and frees them.
  outputs.forEach((id) => live.add(id))
  return [...walk(forward), ...behind]
}
