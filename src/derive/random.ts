import type { RandomSource } from '../base/random.js'
import { costOf } from '../nn/cost.js'
import { pruneGroup } from '../supernet/prune.js'
import { carrying, type Supernet } from '../supernet/types.js'
import { discretise, uniformGates } from './network.js'

export interface RandomOptions {
  /** Parameters of the discrete network that are wanted, and how far off they may be. */
  readonly parameters?: { readonly target: number; readonly tolerance: number }
  /** Draws before giving up; 2,000 by default. */
  readonly tries?: number
  /** Which of many random architectures; 0 by default. */
  readonly index?: number
}

/**
 * A supernet pruned to a random legal architecture: for each group, as many random members as it keeps at
 * most. With a wanted size, the first draw of that size; undefined where no draw has it. What a search
 * must beat.
 */
export function randomArchitecture(
  supernet: Supernet,
  random: RandomSource,
  { parameters, tries = 2000, index = 0 }: RandomOptions = {},
): Supernet | undefined {
  for (let attempt = 0; attempt < (parameters ? tries : 1); attempt++) {
    const candidate = draw(supernet, random, `${index}`, attempt)
    if (!parameters) return candidate
    const { graph } = discretise(candidate, uniformGates(candidate), { gates: 'drop', affine: true })
    const size = costOf(graph).parameters
    if (Math.abs(size - parameters.target) <= parameters.tolerance * parameters.target) return candidate
  }
  return undefined
}

function draw(supernet: Supernet, random: RandomSource, part: string, attempt: number): Supernet {
  const stream = random.stream('random-architecture', part, attempt)
  // Inputs first: operations of edges that go need no choice.
  const inOrder = [...supernet.groups].sort(
    (a, b) => Number(b.kind === 'inputs') - Number(a.kind === 'inputs'),
  )
  return inOrder.reduce((current, { name }) => {
    const group = current.groups.find((g) => g.name === name)
    if (!group) return current
    const { min, max } = group.keep
    const members = carrying(group.members)
    const count = group.kind === 'units' ? min + stream.integer(max - min + 1) : Math.min(max, members.length)
    const kept = [...stream.permutation(members.length).slice(0, count)].sort((a, b) => a - b)
    return pruneGroup(
      current,
      name,
      kept.map((i) => members[i]!.name),
    ).supernet
  }, supernet)
}
