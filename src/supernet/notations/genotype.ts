import { InputError } from '../../base/errors.js'
import type { Choices, Notation } from '../notation.js'

export interface GenotypeOptions {
  /** Nodes of a cell. */
  readonly nodes?: number
  /** Inputs that a node keeps. */
  readonly inputs?: number
  /**
   * The operation of an edge that has no choice, by the name that its group would have; such an edge has no
   * group.
   */
  readonly fixed?: (group: string) => string | undefined
}

/** The genotype's names of cell types, which are the names of the layers that share α. */
const cells = ['normal', 'reduce'] as const

/** One edge of a genotype: an operation, and the state that it reads. */
interface Edge {
  readonly operation: string
  readonly from: number
}

/**
 * The genotype of DARTS (Liu, Simonyan & Yang, arXiv:1806.09055) as its code prints it:
 * `Genotype(normal=[('sep_conv_3x3', 0), …], normal_concat=range(2, 6), reduce=[…], reduce_concat=…)`. States
 * 0 and 1 are a cell's inputs, and nodes follow. Groups are `normal/0→2` (the operation of a kept edge) and
 * `normal/node3` (the edges that a node keeps, if it has more to choose from). Edges are written in ascending
 * order. All nodes must be concatenated, as in every cell of this space.
 */
export function genotypeNotation({
  nodes = 4,
  inputs = 2,
  fixed = () => undefined,
}: GenotypeOptions = {}): Notation {
  const states = Array.from({ length: nodes }, (_, i) => i + 2)

  const edgesInto = (choices: Choices, cell: string, to: number): Edge[] => {
    const all = Array.from({ length: to }, (_, from) => `${from}→${to}`)
    const kept = to <= inputs ? all : (choices[`${cell}/node${to}`] ?? [])
    return all
      .flatMap((edge, from) => (kept.includes(edge) ? [from] : []))
      .map((from) => {
        const group = `${cell}/${from}→${to}`
        const operation = fixed(group) ?? choices[group]?.[0]
        if (operation !== undefined) return { operation, from }
        throw new InputError(`architecture: ${group}: expected an operation, got nothing`)
      })
  }
  const write: Notation['write'] = (choices) => {
    const concat = `range(2, ${nodes + 2})`
    const parts = cells.map((cell) => {
      const known = Object.keys(choices).some((group) => group.startsWith(`${cell}/`))
      const edges = known ? states.flatMap((to) => edgesInto(choices, cell, to)) : []
      const list = edges.map(({ operation, from }) => `('${publishedName(operation)}', ${from})`).join(', ')
      return `${cell}=[${list}], ${cell}_concat=${concat}`
    })
    return `Genotype(${parts.join(', ')})`
  }

  return {
    write,
    read(text) {
      const groups = cells.flatMap((cell) => {
        checkConcat(text, cell, states)
        const edges = readEdges(text, cell)
        return edges.length === 0 ? [] : groupsOf(edges, cell)
      })
      return Object.fromEntries(groups)
    },
  }

  /** The choices of a cell's edges, which are listed node by node. */
  function groupsOf(edges: readonly Edge[], cell: string): [string, string[]][] {
    const counts = states.map((to) => Math.min(inputs, to))
    const total = counts.reduce((sum, count) => sum + count, 0)
    if (edges.length !== total)
      throw new InputError(
        `architecture: ${cell}: expected ${total} edges, ${inputs} a node, got ${edges.length}`,
      )
    let at = 0
    return states.flatMap((to, n) => {
      const into = edges.slice(at, (at += counts[n]!)).sort((a, b) => a.from - b.from)
      const wrong = into.find(({ from }, i) => from >= to || from === into[i - 1]?.from)
      if (wrong)
        throw new InputError(
          `architecture: ${cell}: expected different states below ${to} as inputs of node ${to}, got ${into.map(({ from }) => from).join(', ')}`,
        )
      const operations = into.flatMap((edge) => choiceOf(`${cell}/${edge.from}→${to}`, edge.operation))
      const node: [string, string[]] = [`${cell}/node${to}`, into.map(({ from }) => `${from}→${to}`)]
      return to > inputs ? [...operations, node] : operations
    })
  }

  function choiceOf(group: string, operation: string): [string, string[]][] {
    const only = fixed(group)
    if (only === undefined) return [[group, [operation]]]
    if (only === operation) return []
    throw new InputError(
      `architecture: ${group}: expected ${publishedName(only)}, got ${publishedName(operation)}`,
    )
  }
}

const publishedName = (operation: string): string =>
  operation === 'skip' ? 'skip_connect' : operation.replaceAll('-', '_')
const ownName = (name: string): string => (name === 'skip_connect' ? 'skip' : name.replaceAll('_', '-'))

function readEdges(text: string, cell: string): Edge[] {
  const list = new RegExp(`\\b${cell}\\s*=\\s*\\[([^\\]]*)\\]`).exec(text)?.[1]
  if (list === undefined)
    throw new InputError(
      `architecture: expected Genotype(normal=[('sep_conv_3x3', 0), …], normal_concat=range(2, 6), reduce=[…], reduce_concat=range(2, 6)), got ${text}`,
    )
  const pair = /\(\s*(['"])(\w+)\1\s*,\s*(\d+)\s*\)/g
  const rest = list.replace(pair, '').replace(/[\s,]/g, '')
  if (rest !== '')
    throw new InputError(`architecture: ${cell}: expected pairs ('operation', state), got ${rest}`)
  return [...list.matchAll(pair)].map(([, , name, from]) => ({
    operation: ownName(name!),
    from: Number(from),
  }))
}

/** `range(2, 6)`, `[2, 3, 4, 5]` and `list(range(2, 6))` mean the same; a missing one means all nodes. */
function checkConcat(text: string, cell: string, states: readonly number[]): void {
  const [, from, to, list] =
    new RegExp(
      `\\b${cell}_concat\\s*=\\s*(?:(?:list\\()?range\\((\\d+)\\s*,\\s*(\\d+)\\)|\\[([\\d,\\s]*)\\])`,
    ).exec(text) ?? []
  const said =
    list !== undefined
      ? list
          .split(',')
          .filter((part) => part.trim() !== '')
          .map(Number)
      : Array.from({ length: Number(to) - Number(from) || 0 }, (_, i) => Number(from) + i)
  if (from === undefined && list === undefined) return
  if (said.join() !== states.join())
    throw new InputError(
      `architecture: ${cell}_concat: expected all nodes, ${states.join(', ')}, got ${said.join(', ')}`,
    )
}
