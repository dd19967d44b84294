import type { RandomStream } from '../../../src/base/random.js'
import { canPrune, illegality } from '../../../src/supernet/prune.js'
import { keepable, type GateGroup, type Supernet } from '../../../src/supernet/types.js'

/** Random members, of which enough may stay to the end. */
export function randomMembers(group: GateGroup, stream: RandomStream): string[] {
  const names = keepable(group).map(({ name }) => name)
  const needed = [...stream.permutation(names.length)].slice(0, group.keep.min).map((i) => names[i]!)
  return group.members.flatMap(({ name }) => (needed.includes(name) || stream.uniform() < 0.5 ? [name] : []))
}

/** Removes members of group after group in random order, as far as each allows, until the supernet is legal. */
export function removeAtRandom(
  supernet: () => Supernet,
  remove: (group: string, kept: readonly string[]) => unknown,
  stream: RandomStream,
  after: (removals: number) => void,
): void {
  let removals = 0
  for (let tries = 0; illegality(supernet()) !== undefined; tries++) {
    if (tries > 10_000) throw new Error('not legal after 10,000 draws')
    const { groups } = supernet()
    const group = groups[stream.integer(groups.length)]!
    const kept = randomMembers(group, stream)
    if (kept.length === group.members.length || !canPrune(supernet(), group.name, kept)) continue
    remove(group.name, kept)
    after(++removals)
  }
}
