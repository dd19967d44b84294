import type { RandomSource } from '../base/random.js'
import { costOf } from '../nn/cost.js'
import { canPrune, inputsFirst, pruneGroup } from '../supernet/prune.js'
import { isWidth, keepable, type Supernet } from '../supernet/types.js'
import { discretise, uniformGates } from './network.js'

export interface RandomOptions {
  /** The wanted number of parameters of the discrete network, and its tolerance as a share. */
  readonly parameters?: { readonly target: number; readonly tolerance: number }
  /** The number of draws before giving up; 2,000 by default. */
  readonly tries?: number
  /** The index of the random architecture, to draw different ones; 0 by default. */
  readonly index?: number
}

/**
 * Prunes a supernet to a random legal architecture: each group keeps as many random members as it may or, if
 * all of its members may stay, a random number of them. With a wanted size, it is the first draw of that
 * size, or undefined if no draw has it. A search must beat such architectures.
 */
export function randomArchitecture(
  supernet: Supernet,
  random: RandomSource,
  { parameters, tries = 2000, index = 0 }: RandomOptions = {},
): Supernet | undefined {
  for (let attempt = 0; attempt < tries; attempt++) {
    const drawn = draw(supernet, random, `${index}`, attempt)
    if (!drawn) continue
    if (!parameters) return drawn
    const { graph } = discretise(drawn, uniformGates(drawn), { gates: 'drop', affine: true })
    const size = costOf(graph).parameters
    if (Math.abs(size - parameters.target) <= parameters.tolerance * parameters.target) return drawn
  }
  return undefined
}

/** A random architecture; undefined if nothing would reach its output. */
function draw(supernet: Supernet, random: RandomSource, part: string, attempt: number): Supernet | undefined {
  const stream = random.stream('random-architecture', part, attempt)
  return inputsFirst(supernet.groups).reduce<Supernet | undefined>((current, { name }) => {
    const group = current?.groups.find((g) => g.name === name)
    if (!current || !group) return current
    const { min, max } = group.keep
    const members = keepable(group)
    const most = Math.min(max, members.length)
    const count = isWidth(group) ? min + stream.integer(most - min + 1) : most
    const kept = [...stream.permutation(members.length).slice(0, count)].sort((a, b) => a - b)
    const names = kept.map((i) => members[i]!.name)
    return canPrune(current, name, names) ? pruneGroup(current, name, names).supernet : undefined
  }, supernet)
}
