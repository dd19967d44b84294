import type { Graph } from '../nn/graph.js'

/**
 * Tracks which nodes of a graph the output needs, and which of them the input reaches, while single inputs
 * close and open. Each change costs only what it touches. All inputs are open at the beginning.
 */
export interface NetworkFlow {
  /** The number of a node's first input; its other inputs have the next numbers. */
  inputAt(place: number): number
  needs(place: number): boolean
  /** Opens or closes an input. The effect is known after `settle`. */
  set(input: number, open: boolean): void
  settle(): void
  /** Whether anything of the input reaches the output. `zeros` carry nothing of what they read. */
  readonly connected: boolean
  /** The largest number of steps on a path to the output. */
  readonly depth: number
}

/**
 * The flow through a graph. `steps` tells what a node adds to the depth of a path. `changed` is called for
 * each node that the output begins (1) or ceases (−1) to need.
 */
export function networkFlow(
  { nodes, outputs }: Graph,
  steps: (place: number) => number,
  changed: (place: number, sign: 1 | -1) => void,
): NetworkFlow {
  const { from, sources, owners, readers } = arraysOf(nodes)
  const output = nodes.findIndex(({ id }) => id === outputs.task)
  const open = new Uint8Array(sources.length).fill(1)
  /** For each node, the number of open inputs of needed nodes that read it; one more for the output. */
  const needed = new Int32Array(nodes.length)
  const carries = Uint8Array.from(nodes, ({ kind }) => Number(kind !== 'zeros'))
  const reached = Uint8Array.from(nodes, ({ kind }) => Number(kind === 'input'))
  const depths = new Int32Array(nodes.length)

  const count = (start: number, sign: 1 | -1): void => {
    const waiting = [start]
    for (let place = waiting.pop(); place !== undefined; place = waiting.pop()) {
      needed[place]! += sign
      // Only the first added reader, or the last removed one, affects the nodes that this node reads.
      if (needed[place] !== (sign === 1 ? 1 : 0)) continue
      changed(place, sign)
      for (let i = from[place]!; i < from[place + 1]!; i++) if (open[i]) waiting.push(sources[i]!)
    }
  }

  const stale = new Uint8Array(nodes.length).fill(1)
  let [first, left] = [0, nodes.length]
  const mark = (place: number): void => {
    if (stale[place]) return
    stale[place] = 1
    left++
    first = Math.min(first, place)
  }
  const look = (place: number): void => {
    let [reach, depth] = [from[place] === from[place + 1] ? reached[place]! : 0, 0]
    for (let i = from[place]!; i < from[place + 1]!; i++) {
      if (!open[i]) continue
      reach |= reached[sources[i]!]! & carries[place]!
      depth = Math.max(depth, depths[sources[i]!]!)
    }
    depth += steps(place)
    if (reach === reached[place] && depth === depths[place]) return
    reached[place] = reach
    depths[place] = depth
    for (const reader of readers[place]!) mark(reader)
  }
  const settle = (): void => {
    for (let place = first; left > 0; place++) {
      if (!stale[place]) continue
      stale[place] = 0
      left--
      look(place)
    }
    first = nodes.length
  }

  count(output, 1)
  settle()
  return {
    inputAt: (place) => from[place]!,
    needs: (place) => needed[place]! > 0,
    set(input, now) {
      if (Boolean(open[input]) === now) return
      open[input] = Number(now)
      const owner = owners[input]!
      if (needed[owner]! > 0) count(sources[input]!, now ? 1 : -1)
      mark(owner)
    },
    settle,
    get connected() {
      return reached[output] === 1
    },
    get depth() {
      return depths[output]!
    },
  }
}

/**
 * The inputs of all nodes in one array: those of the node at place p are from `from[p]` up to `from[p + 1]`.
 */
function arraysOf(nodes: Graph['nodes']) {
  const places = new Map(nodes.map(({ id }, place) => [id, place]))
  const from = new Int32Array(nodes.length + 1)
  nodes.forEach(({ inputs }, place) => (from[place + 1] = from[place]! + inputs.length))
  const sources = new Int32Array(from.at(-1)!)
  const owners = new Int32Array(from.at(-1)!)
  const readers: number[][] = nodes.map(() => [])
  nodes.forEach(({ inputs }, place) =>
    inputs.forEach((id, i) => {
      const source = places.get(id)!
      sources[from[place]! + i] = source
      owners[from[place]! + i] = place
      readers[source]!.push(place)
    }),
  )
  return { from, sources, owners, readers }
}
