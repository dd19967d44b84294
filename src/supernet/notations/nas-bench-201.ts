import { InputError } from '../../base/errors.js'
import { didYouMean } from '../../base/suggest.js'
import type { Choices, Notation } from '../notation.js'
import { canonicalSum, type CellTerm } from './canonical-sum.js'

/** The benchmark's names of Sentei's operations. */
const published: Readonly<Record<string, string>> = {
  none: 'none',
  skip: 'skip_connect',
  'conv-1x1': 'nor_conv_1x1',
  'conv-3x3': 'nor_conv_3x3',
  'avg-pool-3x3': 'avg_pool_3x3',
}
const ours = new Map(Object.entries(published).map(([operation, name]) => [name, operation]))

const nodes = 4
/** The edges in the benchmark's order: by the node to which they lead. */
const edges = Array.from({ length: nodes }, (_, to) =>
  Array.from({ length: to }, (_, from) => ({ from, to, group: `cell/${from}→${to}` })),
).flat()

const example = '|nor_conv_3x3~0|+|none~0|skip_connect~1|+|skip_connect~0|none~1|nor_conv_3x3~2|'

/**
 * The syntax of NAS-Bench-201 (Dong & Yang, arXiv:2001.00326): for each node the operations of the edges that
 * lead to it, `|op~from|…|`, nodes joined by `+`. Groups are `cell/0→1` … `cell/2→3`. A missing group is
 * written as `none`.
 */
export const nasBench201Notation: Notation = {
  write(choices) {
    const cell = operationsOf(choices)
    return Array.from({ length: nodes - 1 }, (_, i) => i + 1)
      .map((to) => edges.filter((edge) => edge.to === to))
      .map((into) => `|${into.map(({ from, group }) => `${published[cell[group]!]}~${from}|`).join('')}`)
      .join('+')
  },
  read(text) {
    const parts = text
      .trim()
      .split('+')
      .map((node) => /^\|(.*)\|$/.exec(node.trim())?.[1]?.split('|'))
    if (parts.length !== nodes - 1 || parts.some((part, i) => part?.length !== i + 1))
      throw new InputError(`architecture: expected a cell like ${example}, got ${text}`)
    return Object.fromEntries(
      edges.map(({ from, to, group }) => [group, [operationAt(parts[to - 1]![from]!, from, to)]]),
    )
  },
  canonical: (choices) => canonicalCell(operationsOf(choices)),
}

function operationAt(part: string, from: number, to: number): string {
  const [, name, source] = /^\s*([^~]*?)\s*~\s*(\d+)\s*$/.exec(part) ?? []
  if (name === undefined || source !== String(from))
    throw new InputError(`architecture: expected op~${from} on the edge ${from}→${to}, got ${part}`)
  const operation = ours.get(name)
  if (operation !== undefined) return operation
  const names = [...ours.keys()]
  throw new InputError(
    `architecture: unknown operation ${name}${didYouMean(name, names)}; operations: ${names.join(', ')}`,
  )
}

function operationsOf(choices: Choices): Record<string, string> {
  return Object.fromEntries(
    edges.map(({ group }) => {
      const [operation = 'none', ...more] = choices[group] ?? []
      if (more.length > 0 || !(operation in published))
        throw new InputError(
          `architecture: ${group}: expected one of ${Object.keys(published).join(', ')}, got ${choices[group]!.join(', ')}`,
        )
      return [group, operation]
    }),
  )
}

/**
 * The canonical form of the function that a cell computes: `none` removes its edge, `skip` passes its input
 * on, sums commute, anything without a path to the output is left out, and equal pools of one input count
 * once. Two convolutions of one input stay two, because they have weights of their own. This leaves 5,260 of
 * the 15,625 cells. The benchmark's own 6,466 compare expressions in which a zero stays a term of its sum,
 * and in which a convolution that is read twice looks like two.
 */
function canonicalCell(cell: Readonly<Record<string, string>>): string {
  const terms: CellTerm[] = []
  /** The terms whose sum a node is: their indices, −1 for the cell's input. */
  const sums: number[][] = [[-1]]
  for (let to = 1; to < nodes; to++) {
    const sum = edges
      .filter((edge) => edge.to === to)
      .flatMap(({ from, group }) => {
        const operation = cell[group]!
        const inputs = sums[from]!
        if (operation === 'none' || inputs.length === 0) return []
        if (operation === 'skip') return inputs
        return [termOf(terms, operation, inputs)]
      })
    sums.push(sum.sort((a, b) => a - b))
  }
  return canonicalSum(terms, sums[nodes - 1]!)
}

/**
 * The index of a term, which is added to the others if it is new. Only operations without weights can be
 * there already.
 */
function termOf(terms: CellTerm[], operation: string, inputs: readonly number[]): number {
  const same = ({ operation: other, inputs: theirs }: CellTerm) =>
    other === operation && theirs.join() === inputs.join()
  const index = operation === 'avg-pool-3x3' ? terms.findIndex(same) : -1
  return index >= 0 ? index : terms.push({ operation, inputs }) - 1
}
